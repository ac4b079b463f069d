"""The app's registration."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The door for people: pages."""

    name = "chainhub.web"
    label = "web"
