"""The app's registration."""

from django.apps import AppConfig


class NodesConfig(AppConfig):
    """Compute nodes: the machines that run jobs, and whether they are there."""

    name = "chainhub.nodes"
    label = "nodes"
