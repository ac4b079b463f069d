"""News from the floors below: a job succeeded, so its model is to be published; data was taken back, or is lost."""

from typing import Any

from django.dispatch import receiver

from chainhub.accounts.models import User
from chainhub.core.queue import send_on_commit
from chainhub.datasets.models import Dataset, Grant
from chainhub.jobs.models import TrainingJob
from chainhub.jobs.signals import data_taken_back, job_succeeded
from chainhub.organizations.models import Organization
from chainhub.policies.services import keep_report
from chainhub.registry.consequences import consequences_of
from chainhub.registry.losing import tell_who_received
from chainhub.repositories.signals import keys_destroyed


@receiver(job_succeeded)
def publish(sender: Any, *, job: TrainingJob, **_more: Any) -> None:
    """Queue the publication; a sweep finds what this misses."""
    send_on_commit("registry.publish_job", job.pk)


@receiver(data_taken_back, dispatch_uid="registry.data_taken_back")
def report(dataset: Dataset, grant: Grant | None, actor: User, jobs: list[TrainingJob], **_more: Any) -> None:
    """Keep what that has stopped and which models had learnt from it, where there is any of it."""
    found = consequences_of(dataset, grant=grant, jobs=jobs)
    if found["jobs"] or found["models"]:
        keep_report(dataset, found, actor=actor, grant=grant)


@receiver(keys_destroyed, dispatch_uid="registry.keys_destroyed")
def tell_of_the_loss(organization: Organization, **_more: Any) -> None:
    """Who received models reads what became of the data that they learnt from."""
    tell_who_received(organization)
