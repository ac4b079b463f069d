"""The words by which datasets are found, written anew: after restoring a database, or when a search seems to miss."""

from typing import Any

from django.core.management.base import BaseCommand

from chainhub.datasets.models import Dataset
from chainhub.datasets.search.indexing import index_datasets


class Command(BaseCommand):
    """`manage.py index_catalogue`."""

    help = "Write the index of the catalogue's search anew."

    def handle(self, **_options: Any) -> None:
        """Each dataset by itself: a search meanwhile finds the others."""
        count = index_datasets(Dataset.objects.all())
        self.stdout.write(f"{count} datasets indexed")
