"""Owners who begin to ask before each job are asked about those that have not begun; they wait for the answer."""

from django.db import transaction
from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.core.live import publish_on_commit
from chainhub.core.sentences import sentence
from chainhub.datasets.models import Grant
from chainhub.jobs.ancestry import Going, standing_on
from chainhub.jobs.models import Approval, ApprovalStatus, Status, TrainingJob
from chainhub.jobs.services.moves import lock_job, move, record
from chainhub.jobs.services.steering import refused_now
from chainhub.jobs.terms import grants_of, versions_of
from chainhub.organizations.models import Organization

WAITS_FOR_APPROVAL = gettext_noop("Waits for the approval of %(organizations)s.")
ASKED = gettext_noop("Training job #%(number)s “%(title)s” waits for the approval of %(organizations)s.")


@transaction.atomic
def ask_about_waiting(grant: Grant, *, actor: User) -> list[TrainingJob]:
    """The owner asks from now on: jobs that wait under the grant, and could start but for that, wait for its answer."""
    waiting = TrainingJob.objects.filter(
        standing_on([grant.dataset]), collaboration=grant.collaboration_id, status__in=[Status.PENDING, Status.QUEUED]
    )
    held = [lock_job(pk) for pk in waiting.order_by("pk").values_list("pk", flat=True)]
    asked = [job for job in held if job.status in {Status.PENDING, Status.QUEUED} and wait_for_owners(job)]
    for job in asked:
        record_asking(job, actor=actor)
    return asked


def wait_for_owners(job: TrainingJob) -> bool:
    """Ask the owners who want to be asked and were not; False where there are none, or a term forbids the job anyway.

    Within a transaction that holds the row. Yes said to this very job stays a yes.
    """
    owners = _not_asked(job)
    if not owners or refused_now(job, asked=True) is not None:
        return False
    for owner in owners:
        Approval.objects.create(job=job, organization=owner, spec_hash=job.spec_hash)
        publish_on_commit(job.topic, "approval", organization=owner.slug, status=ApprovalStatus.PENDING)
    began = job.started_at if job.runs.exists() else None
    reason = sentence(WAITS_FOR_APPROVAL, organizations=_awaited(job))
    if job.status == Status.PENDING:
        job.reason = reason
        job.save(update_fields=["reason"])
    else:
        move(job, Status.PENDING, reason=reason, started_at=began)
    return True


def record_asking(job: TrainingJob, *, actor: User | None) -> None:
    """Written down for the owners and for who launched it; the last thing in a transaction."""
    record(job, "job.approval-asked", ASKED, actor=actor, organizations=_awaited(job))


def _not_asked(job: TrainingJob) -> list[Organization]:
    versions = versions_of(job)
    grants = grants_of(job, versions)
    asking = {one.dataset.organization for one in versions if _asks(grants.get(one.dataset_id))}
    asking |= {grant.dataset.organization for grant in Going.of(job).grants().values() if grant.needs_approval}
    asked = set(job.approvals.values_list("organization", flat=True))
    return sorted((one for one in asking - {job.organization} if one.pk not in asked), key=lambda one: one.pk)


def _asks(grant: Grant | None) -> bool:
    return grant is not None and grant.needs_approval


def _awaited(job: TrainingJob) -> str:
    awaited = job.approvals.filter(status=ApprovalStatus.PENDING).select_related("organization")
    return ", ".join(sorted(one.organization.short_name for one in awaited))
