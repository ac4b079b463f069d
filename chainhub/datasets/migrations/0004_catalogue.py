import django.db.models.deletion
from django.db import migrations, models

from chainhub.datasets.search.indexing import weights_of


def index_what_is_there(apps, schema_editor):
    """Words of the datasets that were registered before there was an index."""
    Dataset = apps.get_model("datasets", "Dataset")
    Version = apps.get_model("datasets", "DatasetVersion")
    Word = apps.get_model("datasets", "CatalogueWord")
    for dataset in Dataset.objects.select_related("organization").iterator(chunk_size=500):
        ready = Version.objects.filter(dataset=dataset, status="ready").order_by("-number")
        report = ready.values_list("inspection", flat=True).first() or {}
        names = [str(field["name"]) for field in report.get("fields", [])[:300]]
        words = [Word(dataset=dataset, word=word, weight=n) for word, n in weights_of(dataset, names).items()]
        Word.objects.bulk_create(words, batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [
        ("datasets", "0003_sharing_under_terms"),
        ("organizations", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="CatalogueWord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("word", models.BinaryField(max_length=160)),
                ("weight", models.PositiveSmallIntegerField()),
                (
                    "dataset",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="datasets.dataset",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["word", "dataset", "weight"], name="datasets_of_a_word")],
                "constraints": [
                    models.UniqueConstraint(fields=("dataset", "word"), name="one_weight_per_word"),
                ],
            },
        ),
        migrations.RunPython(index_what_is_there, migrations.RunPython.noop),
    ]
