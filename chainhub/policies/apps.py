"""The app of usage policies."""

from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    """Usage policies, access requests, agreements."""

    name = "chainhub.policies"
