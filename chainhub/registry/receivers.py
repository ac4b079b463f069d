"""News from the floor below: a job succeeded, so its model is to be published."""

from typing import Any

from django.dispatch import receiver

from chainhub.core.queue import send_on_commit
from chainhub.jobs.models import TrainingJob
from chainhub.jobs.signals import job_succeeded


@receiver(job_succeeded)
def publish(sender: Any, *, job: TrainingJob, **_more: Any) -> None:
    """Queue the publication; a sweep finds what this misses."""
    send_on_commit("registry.publish_job", job.pk)
