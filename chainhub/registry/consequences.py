"""What rests on a dataset: told before it is taken back, and kept as a report after."""

from collections.abc import Sequence
from typing import Any

from chainhub.datasets.models import Dataset, Grant
from chainhub.jobs.models import JobInput, TrainingJob
from chainhub.organizations.models import Membership
from chainhub.registry.models import Download, ModelVersion

MOST_DOWNLOADS = 200  # of one version, the newest


def consequences_of(
    dataset: Dataset, *, grant: Grant | None = None, jobs: Sequence[TrainingJob] | None = None
) -> dict[str, Any]:
    """`WithdrawalReport.found`: for one grant or for all use; `jobs` are those that were stopped, where it is done."""
    using = _using(dataset, grant)
    waiting = using.unfinished().select_related("collaboration", "organization").order_by("pk")
    versions = ModelVersion.objects.filter(job__in=using.values("pk")).select_related("model__organization")
    return {
        "jobs": [_job(job) for job in (waiting if jobs is None else jobs)],
        "models": [_model(version) for version in versions.order_by("pk").defer("evaluation", "config")],
    }


def _using(dataset: Dataset, grant: Grant | None) -> Any:
    inputs = JobInput.objects.filter(version__dataset=dataset)
    using = TrainingJob.objects.filter(pk__in=inputs.values("job"))
    if grant is None:
        return using
    using = using.filter(collaboration=grant.collaboration_id)
    return using.filter(organization=grant.organization_id) if grant.organization_id else using


def _job(job: TrainingJob) -> dict[str, Any]:
    return {
        "number": job.pk,
        "title": job.title,
        "status": str(job.status),
        "collaboration": job.collaboration.name,
        "organization": job.organization.name,
    }


def _model(version: ModelVersion) -> dict[str, Any]:
    downloads = Download.objects.filter(version=version).select_related("user")[:MOST_DOWNLOADS]
    return {
        "name": version.model.name,
        "number": version.number,
        "url": version.get_absolute_url(),
        "job": version.job_id,
        "received_by": list(version.shares.order_by("organization__name").values_list("organization__name", flat=True)),
        "downloads": [_download(one) for one in downloads],
    }


def _download(download: Download) -> dict[str, Any]:
    seats = (
        Membership.objects.filter(user=download.user).order_by("pk").values_list("organization__short_name", flat=True)
    )
    at = download.at.strftime("%Y-%m-%d %H:%M")
    return {"person": str(download.user), "organization": ", ".join(seats), "path": download.path, "at": at}
