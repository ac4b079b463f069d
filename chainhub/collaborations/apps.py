"""The app's registration."""

from django.apps import AppConfig


class CollaborationsConfig(AppConfig):
    """Organizations working on one goal under an agreement that each accepted."""

    name = "chainhub.collaborations"
    label = "collaborations"
