"""The app's registration."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The door for programs: REST."""

    name = "chainhub.api"
    label = "api"
