"""The app's registration."""

from django.apps import AppConfig


class BasesConfig(AppConfig):
    """Base models that an organization has imported."""

    name = "chainhub.bases"
    label = "bases"
