"""Cancel and resume, by people; stopped because the data went away."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.core.errors import DomainError, NotAllowedError
from chainhub.core.sentences import Sentence, sentence
from chainhub.datasets.models import Dataset
from chainhub.jobs import permissions
from chainhub.jobs.models import JobInput, Status, TrainingJob
from chainhub.jobs.services.moves import end, enqueue, lock_job, notify, record, tell_state
from chainhub.jobs.specs import spec_hash
from chainhub.jobs.terms import RefusedError, check_terms, grants_of, versions_of
from chainhub.policies.reading import grants_for

CANCELED_BY = gettext_noop("Canceled by %(person)s.")
STOPPING = gettext_noop("%(person)s asked to cancel it; it is being stopped.")
RESUMED = gettext_noop("Goes on from its last checkpoint.")
CHANGED = gettext_noop(
    "The usage agreement, the terms of the data or what its owner says of its fields have changed since the job was "
    "launched."
)
TERMS_ENDED = gettext_noop("The data of “%(dataset)s” may no longer be used for it.")


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
        _ask_to_stop(job, sentence(STOPPING, person=str(actor)))
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
    if not permissions.may_resume(actor, job):
        raise DomainError(gettext_noop("There is no checkpoint to go on from; launch it anew as a clone."))
    if (why := refused_now(job)) is not None:
        raise RefusedError(why)
    enqueue(job, reason=sentence(RESUMED))
    record(job, "job.resumed", gettext_noop("Resumed training job #%(number)s “%(title)s”"), actor=actor)
    return job


@transaction.atomic
def stop_jobs_on(dataset: Dataset, *, collaboration_id: int | None = None) -> list[TrainingJob]:
    """End every unfinished job that may no longer use the dataset, in one collaboration or in all.

    In one collaboration, a job that another grant still covers goes on: whether that one's terms permit it is asked
    when it starts.
    """
    used = JobInput.objects.filter(job=OuterRef("pk"), version__dataset=dataset)
    jobs = TrainingJob.objects.unfinished().filter(Exists(used))
    if collaboration_id is not None:
        jobs = jobs.filter(collaboration=collaboration_id)
    found = list(jobs.select_related("collaboration", "organization").order_by("pk"))
    lost = found if collaboration_id is None else [job for job in found if _lost_data(job)]
    return [_stop(job.pk, sentence(TERMS_ENDED, dataset=dataset.name)) for job in lost]


@transaction.atomic
def stop_expired() -> list[TrainingJob]:
    """Ask the running jobs to stop that use data beyond the last moment that its terms permit."""
    over = JobInput.objects.filter(job=OuterRef("pk"), grant__until__lte=timezone.now())
    running = TrainingJob.objects.filter(Exists(over), status=Status.RUNNING, cancel_requested_at=None)
    late = running.select_related("collaboration", "organization").order_by("pk")
    return [_stop(job.pk, why) for job in late if (why := refused_now(job)) is not None]


def refused_now(job: TrainingJob) -> Sentence | None:
    """Why a job that was launched may not start or go on: its data, its terms, or what was approved have changed."""
    if gone := _lost_data(job):
        return sentence(TERMS_ENDED, dataset=gone.name)
    versions = versions_of(job)
    try:
        check_terms(job, versions, grants_of(job, versions), at=timezone.now())
    except DomainError as refusal:
        return refusal.sentence
    return None if spec_hash(job) == job.spec_hash else sentence(CHANGED)


def _lost_data(job: TrainingJob) -> Dataset | None:
    """The first dataset that was taken back from the job."""
    usable = set(Dataset.objects.usable_in(job.collaboration).values_list("pk", flat=True))
    usable &= set(grants_for(job.collaboration, job.organization, datasets=usable))
    wanted = Dataset.objects.filter(versions__job_inputs__job=job).order_by("pk")
    return next((dataset for dataset in wanted if dataset.pk not in usable), None)


def _stop(pk: int, reason: Sentence) -> TrainingJob:
    job = lock_job(pk)
    if job.status == Status.RUNNING:
        job.cancel_requested_at = timezone.now()
        job.save(update_fields=["cancel_requested_at"])
        _ask_to_stop(job, reason)
    elif not job.is_final:
        end(job, Status.CANCELED, reason=reason)
    text = gettext_noop("Training job #%(number)s “%(title)s” was stopped: its data may no longer be used.")
    notify(job, _people(job), "job.stopped", text)
    return job


def _people(job: TrainingJob) -> Iterable[User]:
    return [job.proposed_by]


def _ask_to_stop(job: TrainingJob, reason: Sentence) -> None:
    """The worker that holds the job looks for this twice a second."""
    job.reason = reason
    job.save(update_fields=["reason"])
    tell_state(job)
