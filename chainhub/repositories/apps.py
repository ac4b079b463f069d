"""The app's registration."""

from django.apps import AppConfig


class RepositoriesConfig(AppConfig):
    """Versioned trees of files: blobs by hash, immutable commits, uploads."""

    name = "chainhub.repositories"
    label = "repositories"
