"""The app's registration."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """Published models: versions, cards, downloads, and trying them."""

    name = "chainhub.registry"
    label = "registry"
