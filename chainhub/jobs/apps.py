"""The app's registration."""

from importlib import import_module

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Shared training jobs: proposed, approved, queued, run, followed."""

    name = "chainhub.jobs"
    label = "jobs"

    def ready(self) -> None:
        import_module("chainhub.jobs.receivers")
        # Terms name recipes; what they are called is known here.
        titles = import_module("chainhub.jobs.catalogue").recipe_titles
        import_module("chainhub.policies.names").tell_titles("recipes", titles)
