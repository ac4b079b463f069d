"""The app's registration."""

from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    """The companies and institutions taking part, their members and roles."""

    name = "chainhub.organizations"
    label = "organizations"
