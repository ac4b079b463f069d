"""The app's registration."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Shared training jobs: proposed, approved, queued, run, followed."""

    name = "chainhub.jobs"
    label = "jobs"
