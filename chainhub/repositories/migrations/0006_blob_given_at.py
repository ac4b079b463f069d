import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("repositories", "0005_charge_owners")]
    operations = [
        migrations.AddField(
            model_name="blob",
            name="given_at",
            field=models.DateTimeField(
                db_index=True,
                default=django.utils.timezone.now,
                help_text="when its bytes were last given: something may be about to name it",
            ),
        ),
    ]
