"""The app's registration."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """Published models: versions, cards, downloads, and trying them."""

    name = "chainhub.registry"
    label = "registry"

    def ready(self) -> None:
        """Listen for jobs that succeeded."""
        from chainhub.registry import receivers  # noqa: F401, PLC0415 (models exist only from here on)
