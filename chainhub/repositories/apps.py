"""The app's registration."""

from importlib import import_module

from django.apps import AppConfig


class RepositoriesConfig(AppConfig):
    """Versioned trees of files: blobs by hash, immutable commits, uploads."""

    name = "chainhub.repositories"
    label = "repositories"

    def ready(self) -> None:
        """Ask at every start whether the master key fits."""
        import_module("chainhub.repositories.checks")
