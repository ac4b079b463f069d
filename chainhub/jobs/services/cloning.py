"""The same job once more, with changes."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.core.errors import DomainError
from chainhub.datasets.knowing import known_to
from chainhub.datasets.models import DatasetVersion
from chainhub.jobs.models import TrainingJob
from chainhub.jobs.services.proposing import propose_job

COPIED = ("organization", "title", "recipe", "parameters", "target", "fields", "split", "seed", "device", "processes",
          "limits", "base")  # fmt: skip


def clone_job(job: TrainingJob, *, actor: User, idempotency_key: str = "", **changes: Any) -> TrainingJob:
    """Launch what `job` was, on the same data versions; `parameters` given here are laid over its own."""
    said = {name: getattr(job, name) for name in COPIED}
    said["parameters"] = {**job.parameters, **changes.pop("parameters", {})}
    versions = DatasetVersion.objects.filter(job_inputs__job=job).select_related("dataset__organization", "commit")
    said["versions"] = list(versions.order_by("job_inputs__pk"))
    if "versions" not in changes:
        _check_known(actor, said["versions"])
    return propose_job(
        actor=actor,
        collaboration=job.collaboration,
        cloned_from=job,
        idempotency_key=idempotency_key,
        **{**said, **changes},
    )


def _check_known(actor: User, versions: Sequence[DatasetVersion]) -> None:
    """A refusal further on would name data that was given to others."""
    known = known_to(actor, [version.dataset_id for version in versions])
    for version in versions:
        if version.dataset_id not in known:
            raise DomainError(
                gettext_noop("It learns from a dataset of %(organization)s that you may not use; choose other data."),
                field="versions",
                organization=version.dataset.organization.name,
            )
