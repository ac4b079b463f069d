"""What rests on a dataset: told before it is taken back, and kept as a report after."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from chainhub.datasets.models import Dataset, Grant
from chainhub.jobs.ancestry import with_heirs
from chainhub.jobs.models import JobInput, TrainingJob
from chainhub.jobs.services import why_to_stop
from chainhub.organizations.models import Membership
from chainhub.registry.models import Download, ModelShare, ModelVersion

MOST_DOWNLOADS = 200  # of one version, the newest


def consequences_of(
    dataset: Dataset, *, grant: Grant | None = None, jobs: Sequence[TrainingJob] | None = None
) -> dict[str, Any]:
    """`WithdrawalReport.found`: for one grant or for all use; `jobs` are those that were stopped, where it is done.

    Before, they are those that the same rule would stop.
    """
    if jobs is None:
        doomed = TrainingJob.objects.filter(pk__in=why_to_stop(dataset, grant=grant))
        jobs = list(doomed.select_related("collaboration", "organization").order_by("pk"))
    return {"jobs": [_job(job) for job in jobs], "models": _models(_using(dataset, grant))}


def _using(dataset: Dataset, grant: Grant | None) -> QuerySet[TrainingJob]:
    """Jobs that used it, and those that go on from their models.

    With `grant`, under that one, under those that it renewed, or from before that was noted.
    """
    inputs = JobInput.objects.filter(version__dataset=dataset)
    if grant is not None:
        under = Q(grant__organization=grant.organization_id) if grant.organization_id else Q(grant__organization=None)
        inputs = inputs.filter(under | Q(grant=None), job__collaboration=grant.collaboration_id)
    return TrainingJob.objects.filter(pk__in=with_heirs(inputs.values_list("job", flat=True)))


def _job(job: TrainingJob) -> dict[str, Any]:
    return {
        "number": job.pk,
        "title": job.title,
        "status": str(job.status),
        "collaboration": job.collaboration.name,
        "organization": job.organization.name,
    }


def _models(using: Any) -> list[dict[str, Any]]:
    """Asked of all of them at once, however many there are."""
    shares = ModelShare.objects.select_related("organization").order_by("organization__name")
    seats = Membership.objects.select_related("organization").order_by("pk")
    taken = Download.objects.select_related("user").prefetch_related(Prefetch("user__memberships", seats))
    versions = ModelVersion.objects.filter(job__in=using.values("pk")).defer("evaluation", "config", "preprocessing")
    versions = versions.select_related("model__organization").order_by("pk")
    return [
        {
            "name": version.model.name,
            "number": version.number,
            "url": version.get_absolute_url(),
            "job": version.job_id,
            "received_by": [share.organization.name for share in version.shares.all()],
            "downloads": [_download(one) for one in version.downloads.all()[:MOST_DOWNLOADS]],
        }
        for version in versions.prefetch_related(Prefetch("shares", shares), Prefetch("downloads", taken))
    ]


def _download(download: Download) -> dict[str, Any]:
    seats = ", ".join(seat.organization.short_name for seat in download.user.memberships.all())
    at = download.at.strftime("%Y-%m-%d %H:%M")
    return {"person": str(download.user), "organization": seats, "path": download.path, "at": at}
