"""The app's registration."""

from django.apps import AppConfig


class ScenariosConfig(AppConfig):
    """What the AI is for: the catalogue of scenarios and their example data."""

    name = "chainhub.scenarios"
    label = "scenarios"
