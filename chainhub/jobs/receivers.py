"""Data that may no longer be used stops the jobs that use it, in the same transaction."""

from typing import Any

from django.dispatch import receiver

from chainhub.datasets.models import Dataset, Grant
from chainhub.datasets.signals import dataset_withdrawn, grant_revoked
from chainhub.jobs import services


@receiver(dataset_withdrawn, dispatch_uid="jobs.dataset_withdrawn")
def on_withdrawn(dataset: Dataset, **_kwargs: Any) -> None:
    """In every collaboration."""
    services.stop_jobs_on(dataset)


@receiver(grant_revoked, dispatch_uid="jobs.grant_revoked")
def on_revoked(grant: Grant, **_kwargs: Any) -> None:
    """In the one collaboration that may no longer train on it."""
    services.stop_jobs_on(grant.dataset, collaboration_id=grant.collaboration_id)
