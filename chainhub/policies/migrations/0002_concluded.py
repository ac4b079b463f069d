"""A finished negotiation is called concluded: whether its agreement is in force is another question."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("policies", "0001_terms_that_bind"),
    ]

    operations = [
        migrations.AlterField(
            model_name="accessrequest",
            name="status",
            field=models.CharField(
                choices=[
                    ("requested", "Requested"),
                    ("offered", "Offered"),
                    ("accepted", "Accepted"),
                    ("agreed", "Agreed"),
                    ("verified", "Verified"),
                    ("finalized", "Concluded"),
                    ("terminated", "Ended"),
                ],
                db_index=True,
                default="requested",
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="turn",
            name="state",
            field=models.CharField(
                choices=[
                    ("requested", "Requested"),
                    ("offered", "Offered"),
                    ("accepted", "Accepted"),
                    ("agreed", "Agreed"),
                    ("verified", "Verified"),
                    ("finalized", "Concluded"),
                    ("terminated", "Ended"),
                ],
                help_text="where the negotiation stood after it",
                max_length=12,
            ),
        ),
    ]
