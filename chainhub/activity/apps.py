"""The app's registration."""

from django.apps import AppConfig


class ActivityConfig(AppConfig):
    """What happened: the audit log that nobody rewrites, and each person's notices."""

    name = "chainhub.activity"
    label = "activity"
