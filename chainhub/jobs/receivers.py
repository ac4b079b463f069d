"""Data that may no longer be used stops the jobs that use it, in the same transaction."""

from typing import Any

from django.dispatch import receiver

from chainhub.accounts.models import User
from chainhub.datasets.models import Dataset, Grant
from chainhub.datasets.signals import dataset_withdrawn, grant_revoked
from chainhub.jobs import services
from chainhub.jobs.signals import data_taken_back


@receiver(dataset_withdrawn, dispatch_uid="jobs.dataset_withdrawn")
def on_withdrawn(dataset: Dataset, actor: User, **_kwargs: Any) -> None:
    """In every collaboration."""
    stopped = services.stop_jobs_on(dataset)
    data_taken_back.send(sender=Dataset, dataset=dataset, grant=None, actor=actor, jobs=stopped)


@receiver(grant_revoked, dispatch_uid="jobs.grant_revoked")
def on_revoked(grant: Grant, actor: User, **_kwargs: Any) -> None:
    """In the one collaboration that may no longer train on it."""
    stopped = services.stop_jobs_on(grant.dataset, collaboration_id=grant.collaboration_id)
    data_taken_back.send(sender=Grant, dataset=grant.dataset, grant=grant, actor=actor, jobs=stopped)
