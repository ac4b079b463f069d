"""Data owners answer; the last consent queues the job."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.core.errors import DomainError, NotAllowedError
from chainhub.core.live import publish_on_commit
from chainhub.core.sentences import sentence
from chainhub.jobs import permissions
from chainhub.jobs.models import Approval, ApprovalStatus, Status, TrainingJob
from chainhub.jobs.services.asking import WAITS_FOR_APPROVAL
from chainhub.jobs.services.moves import end, enqueue, lock_job, notify, record
from chainhub.jobs.specs import spec_hash

APPROVED = gettext_noop("Approved training job #%(number)s “%(title)s” for %(organization)s")
DECLINED = gettext_noop("Declined training job #%(number)s “%(title)s” for %(organization)s")


@transaction.atomic
def decide_approval(approval: Approval, *, actor: User, approve: bool, note: str = "") -> Approval:
    """Say yes or no to exactly what the job is now. Raises `DomainError` when it is no longer what was asked."""
    job = lock_job(approval.job_id)
    approval = Approval.objects.select_for_update().select_related("organization").get(pk=approval.pk)
    approval.job = job
    if not permissions.may_decide(actor, approval):
        raise NotAllowedError(
            gettext_noop("You cannot decide this for %(organization)s."), organization=approval.organization.name
        )
    if approve:
        _check_unchanged(approval)
    approval.move_to(ApprovalStatus.APPROVED if approve else ApprovalStatus.DECLINED)
    approval.decided_by, approval.decided_at, approval.note = actor, timezone.now(), note[:300]
    approval.save(update_fields=["status", "decided_by", "decided_at", "note"])
    publish_on_commit(job.topic, "approval", organization=approval.organization.slug, status=approval.status)
    if approve:
        _go_on(job)
    else:
        _stop(job, approval)
    verb, text = ("job.approved", APPROVED) if approve else ("job.declined", DECLINED)
    record(job, verb, text, actor=actor, organization=approval.organization.short_name)
    return approval


def _check_unchanged(approval: Approval) -> None:
    if spec_hash(approval.job) != approval.spec_hash:
        raise DomainError(
            gettext_noop(
                "The job, the terms of its data or the usage agreement have changed since you were asked; launch it "
                "anew as a clone."
            )
        )


def _go_on(job: TrainingJob) -> None:
    missing = [one.organization.short_name for one in _open_approvals(job)]
    if missing:
        names = ", ".join(missing)
        job.reason = sentence(WAITS_FOR_APPROVAL, organizations=names)
        job.save(update_fields=["reason"])
    else:
        enqueue(job)


def _stop(job: TrainingJob, approval: Approval) -> None:
    params = {"organization": approval.organization.short_name, "note": approval.note}
    text = (
        gettext_noop("%(organization)s declined: %(note)s")
        if approval.note
        else gettext_noop("%(organization)s declined.")
    )
    end(job, Status.CANCELED, reason=sentence(text, **params))
    told = gettext_noop("%(organization)s declined training job #%(number)s “%(title)s”.")
    notify(job, [job.proposed_by], "job.declined", told, organization=approval.organization.short_name)


def _open_approvals(job: TrainingJob) -> list[Approval]:
    """Those nobody has answered yet."""
    return list(job.approvals.filter(status=ApprovalStatus.PENDING).select_related("organization"))
