"""The app's registration."""

from importlib import import_module

from django.apps import AppConfig


class ActivityConfig(AppConfig):
    """What happened: the audit log that nobody rewrites, and each person's notices."""

    name = "chainhub.activity"
    label = "activity"

    def ready(self) -> None:
        """Listen to the floor below."""
        import_module("chainhub.activity.receivers")
