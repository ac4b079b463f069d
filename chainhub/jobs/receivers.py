"""Data that may no longer be used stops the jobs that use it, in the same transaction."""

from typing import Any

from django.dispatch import receiver

from chainhub.accounts.models import User
from chainhub.datasets.models import Dataset, Grant
from chainhub.datasets.signals import datasets_withdrawn, grant_changed, grants_revoked
from chainhub.jobs.services.asking import ask_about_waiting
from chainhub.jobs.services.stopping import hold_jobs, stop_jobs, stop_narrowed, why_to_stop
from chainhub.jobs.signals import data_taken_back


@receiver(datasets_withdrawn, dispatch_uid="jobs.datasets_withdrawn")
def on_withdrawn(datasets: list[Dataset], actor: User, **_kwargs: Any) -> None:
    """In every collaboration."""
    hold_jobs(datasets)
    _stop([(dataset, None) for dataset in datasets], actor)


@receiver(grants_revoked, dispatch_uid="jobs.grants_revoked")
def on_revoked(grants: list[Grant], actor: User, **_kwargs: Any) -> None:
    """In the collaborations that may no longer train on it."""
    hold_jobs([grant.dataset for grant in grants], [grant.collaboration_id for grant in grants])
    _stop([(grant.dataset, grant) for grant in grants], actor)


@receiver(grant_changed, dispatch_uid="jobs.grant_changed")
def on_changed(grant: Grant, replaced: Grant | None, actor: User, **_kwargs: Any) -> None:
    """What runs against narrower terms stops; what waits, waits for an owner who now wants to be asked."""
    hold_jobs([grant.dataset], [grant.collaboration_id])
    if replaced is not None:
        stop_narrowed(grant, actor=actor)
    if grant.needs_approval:
        ask_about_waiting(grant, actor=actor)


def _stop(taken: list[tuple[Dataset, Grant | None]], actor: User) -> None:
    """All at once; of each that was taken, which of the stopped jobs hung on it is told on."""
    hung = [why_to_stop(dataset, grant=grant) for dataset, grant in taken]
    stopped = stop_jobs({pk: why for one in reversed(hung) for pk, why in one.items()}, actor=actor)
    for (dataset, grant), one in zip(taken, hung, strict=True):
        jobs = [job for job in stopped if job.pk in one]
        data_taken_back.send(sender=Dataset, dataset=dataset, grant=grant, actor=actor, jobs=jobs)
