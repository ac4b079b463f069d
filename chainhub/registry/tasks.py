"""Work for the queue: publishing, and finding what a crash left unpublished."""

import logging
from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from chainhub.bases.models import BaseModel
from chainhub.core.errors import DomainError
from chainhub.jobs.models import Status, TrainingJob
from chainhub.registry import duties, services, serving
from chainhub.registry.models import ModelVersion

logger = logging.getLogger(__name__)

SOON = timedelta(seconds=5)  # the message of a job that has just succeeded is given so long


@shared_task(name="registry.publish_job")
def publish_job(job_id: int) -> None:
    """Publish what the job made, unless that is done."""
    services.publish_job(TrainingJob.objects.get(pk=job_id))


@shared_task(name="registry.publish_missing")
def publish_missing() -> None:
    """Publish the jobs that succeeded and were not published; one that cannot be holds up no other."""
    due = TrainingJob.objects.filter(
        status=Status.SUCCEEDED, model_version=None, finished_at__lt=timezone.now() - SOON
    ).order_by("pk")
    for job in due:
        try:
            services.publish_job(job)
        except (DomainError, OSError) as error:
            logger.warning("job %s is not published: %s", job.pk, error)


@shared_task(name="registry.remind_of_models", ignore_result=True)
def remind_of_models() -> None:
    """Remind those who downloaded models whose days are over."""
    duties.remind_of_models()


@shared_task(name="registry.predict")
def predict(number: str, version_id: int) -> None:
    """Answer a person who tries a model."""
    serving.answer(number, ModelVersion.objects.select_related("commit").get(pk=version_id))


@shared_task(name="registry.predict_base")
def predict_base(number: str, base_id: int) -> None:
    """Answer a person who tries a base model."""
    serving.answer(number, BaseModel.objects.select_related("commit").get(pk=base_id))
