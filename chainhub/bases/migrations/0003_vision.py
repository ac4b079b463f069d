"""Base models that look at pictures."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bases", "0002_made_here")]

    operations = [
        migrations.AlterField(
            model_name="basemodel",
            name="task",
            field=models.CharField(
                choices=[
                    ("classification", "tells kinds apart"),
                    ("language", "writes"),
                    ("vision", "looks at pictures"),
                ],
                max_length=20,
            ),
        ),
    ]
