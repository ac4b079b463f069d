"""Cancel and resume, by people; whether a job may start or go on."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.core.errors import DomainError, NotAllowedError
from chainhub.core.sentences import Sentence, sentence
from chainhub.jobs import permissions
from chainhub.jobs.catalogue import is_of_today
from chainhub.jobs.models import Status, TrainingJob
from chainhub.jobs.services.moves import ask_to_stop, end, enqueue, lock_job, record
from chainhub.jobs.services.stopping import TERMS_ENDED, lost_data
from chainhub.jobs.specs import spec_hash
from chainhub.jobs.terms import RefusedError, check_terms, grants_of, versions_of

CANCELED_BY = gettext_noop("Canceled by %(person)s.")
STOPPING = gettext_noop("%(person)s asked to cancel it; it is being stopped.")
RESUMED = gettext_noop("Goes on from its last checkpoint.")
CHANGED = gettext_noop(
    "The usage agreement, the terms of the data or what its owner says of its fields have changed since the job was "
    "launched."
)


@transaction.atomic
def cancel_job(job: TrainingJob, *, actor: User) -> TrainingJob:
    """At once while it waits; while it runs its worker stops it within seconds and keeps the last checkpoint."""
    job = lock_job(job.pk)
    if not permissions.may_steer(actor, job):
        raise NotAllowedError(
            gettext_noop("Only those who launch jobs for %(organization)s may cancel it."),
            organization=job.organization.name,
        )
    if job.is_final:
        raise DomainError(gettext_noop("It has ended already."))
    if job.cancel_requested_at is not None:
        return job
    job.cancel_requested_at, job.cancel_requested_by = timezone.now(), actor
    job.save(update_fields=["cancel_requested_at", "cancel_requested_by"])
    if job.status == Status.RUNNING:
        ask_to_stop(job, sentence(STOPPING, person=str(actor)))
    else:
        end(job, Status.CANCELED, reason=sentence(CANCELED_BY, person=str(actor)))
    record(job, "job.canceled", gettext_noop("Canceled training job #%(number)s “%(title)s”"), actor=actor)
    return job


@transaction.atomic
def resume_job(job: TrainingJob, *, actor: User) -> TrainingJob:
    """Queue a stopped job again; its next run continues exactly where the last checkpoint left off."""
    job = lock_job(job.pk)
    if not permissions.may_steer(actor, job):
        raise NotAllowedError(
            gettext_noop("Only those who launch jobs for %(organization)s may resume it."),
            organization=job.organization.name,
        )
    if not is_of_today(job.recipe, job.recipe_version):
        raise DomainError(gettext_noop("Its recipe has another version by now; launch it anew as a clone."))
    if not permissions.may_resume(actor, job):
        raise DomainError(gettext_noop("There is no checkpoint to go on from; launch it anew as a clone."))
    if (why := refused_now(job)) is not None:
        raise RefusedError(why)
    enqueue(job, reason=sentence(RESUMED))
    record(job, "job.resumed", gettext_noop("Resumed training job #%(number)s “%(title)s”"), actor=actor)
    return job


def refused_now(job: TrainingJob, *, asked: bool = False) -> Sentence | None:
    """Why a job that was launched may not start or go on: its data, its terms, or what was approved have changed.

    With `asked`, owners who have not approved it yet will be asked.
    """
    if gone := lost_data(job):
        return sentence(TERMS_ENDED, dataset=gone.name, key=gone.pk)
    versions = versions_of(job)
    try:
        check_terms(job, versions, grants_of(job, versions), at=timezone.now(), asked=asked)
    except DomainError as refusal:
        return refusal.sentence
    return None if spec_hash(job) == job.spec_hash else sentence(CHANGED)
