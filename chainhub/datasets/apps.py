"""The app's registration."""

from django.apps import AppConfig


class DatasetsConfig(AppConfig):
    """Registered data: versions, inspection, and who may do what with it."""

    name = "chainhub.datasets"
    label = "datasets"
