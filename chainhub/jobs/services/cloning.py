"""The same job once more, with changes."""

from typing import Any

from chainhub.accounts.models import User
from chainhub.datasets.models import DatasetVersion
from chainhub.jobs.models import TrainingJob
from chainhub.jobs.services.proposing import propose_job

COPIED = ("organization", "title", "recipe", "parameters", "target", "fields", "split", "seed", "device", "limits")


def clone_job(job: TrainingJob, *, actor: User, idempotency_key: str = "", **changes: Any) -> TrainingJob:
    """Launch what `job` was, on the same data versions; `parameters` given here are laid over its own."""
    said = {name: getattr(job, name) for name in COPIED}
    said["parameters"] = {**job.parameters, **changes.pop("parameters", {})}
    versions = DatasetVersion.objects.filter(job_inputs__job=job).select_related("dataset__organization", "commit")
    said["versions"] = list(versions.order_by("job_inputs__pk"))
    return propose_job(
        actor=actor,
        collaboration=job.collaboration,
        cloned_from=job,
        idempotency_key=idempotency_key,
        **{**said, **changes},
    )
