from django.db import migrations, models

from chainhub.activity import guards


def install(apps, schema_editor):
    guards.install(schema_editor.connection)


def remove(apps, schema_editor):
    guards.remove(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [
        ("activity", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="auditevent",
            name="topics",
            field=models.JSONField(
                help_text="whom it concerns, as it was written; null in rows from before topics were hashed", null=True
            ),
        ),
        migrations.RunPython(install, remove),
    ]
