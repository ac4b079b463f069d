"""The app's registration."""

from importlib import import_module

from django.apps import AppConfig


class ScenariosConfig(AppConfig):
    """What the AI is for: the catalogue of scenarios and their example data."""

    name = "chainhub.scenarios"
    label = "scenarios"

    def ready(self) -> None:
        # Terms name purposes; what they are called is known here.
        titles = import_module("chainhub.scenarios.catalogue").scenario_titles
        import_module("chainhub.policies.names").tell_titles("purposes", titles)
