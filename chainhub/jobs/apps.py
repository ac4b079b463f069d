"""The app's registration."""

from importlib import import_module

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Shared training jobs: proposed, approved, queued, run, followed."""

    name = "chainhub.jobs"
    label = "jobs"

    def ready(self) -> None:
        import_module("chainhub.jobs.receivers")
