"""The app's registration."""

from importlib import import_module

from django.apps import AppConfig


class DatasetsConfig(AppConfig):
    """Registered data: versions, inspection, and who may do what with it."""

    name = "chainhub.datasets"
    label = "datasets"

    def ready(self) -> None:
        """Listen to the floors below."""
        import_module("chainhub.datasets.receivers")
