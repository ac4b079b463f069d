"""Finding the job that an address names, for those who may see it."""

from typing import Any

from django.shortcuts import get_object_or_404

from chainhub.jobs.models import TrainingJob


def visible_job(user: Any, number: int) -> TrainingJob:
    """404 for everybody else."""
    seen = TrainingJob.objects.visible_to(user)
    return get_object_or_404(
        seen.select_related("collaboration", "organization", "proposed_by", "base__commit", "base__organization"),
        pk=number,
    )
