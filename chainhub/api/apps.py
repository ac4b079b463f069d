"""The app's registration."""

from importlib import import_module

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The door for programs: REST."""

    name = "chainhub.api"
    label = "api"

    def ready(self) -> None:
        """Let drf-spectacular know the ways to sign in."""
        import_module("chainhub.api.schema")
