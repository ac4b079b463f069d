"""The app of usage policies."""

from importlib import import_module

from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    """Usage policies, access requests, agreements."""

    name = "chainhub.policies"

    def ready(self) -> None:
        """The catalogue can be narrowed by terms."""
        import_module("chainhub.policies.facets").register()
