"""Jobs that the hub stops: their data was taken back or withdrawn, its terms became narrower, or they ended.

Every row is locked before the first word goes into the audit log: whoever holds a job may wait for the log's head, so
whoever holds the head must not wait for a job.
"""

from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.core.sentences import Sentence, sentence
from chainhub.datasets.models import Dataset, Grant
from chainhub.jobs.ancestry import TAKEN_BACK, Going, inputs_with_base, standing_on
from chainhub.jobs.models import JobInput, Status, TrainingJob
from chainhub.jobs.naming import told
from chainhub.jobs.services.moves import ask_to_stop, end, lock_job, notify, record
from chainhub.jobs.terms import why_unpublishable
from chainhub.organizations.permissions import STEWARDS
from chainhub.policies.reading import grants_for

TERMS_ENDED = gettext_noop("The data of “%(dataset)s” may no longer be used for it.")
STOPPED = gettext_noop("Training job #%(number)s “%(title)s” was stopped: its data may no longer be used.")
STOPPED_WHY = gettext_noop("Stopped training job #%(number)s “%(title)s”. %(why)s")
OVER = gettext_noop("Training job #%(number)s “%(title)s” was stopped: the terms of your data have ended.")

Why = Mapping[int, Sentence]  # job to why it must not go on


def why_to_stop(dataset: Dataset, *, grant: Grant | None = None) -> dict[int, Sentence]:
    """The unfinished jobs that must stop where the grant (None: all use of the dataset) is taken back, or once it was.

    A job that waits goes where nothing grants it the data any more; whether another grant's terms permit it is asked
    when it starts. One that runs goes where its model could not be published if it ended now.
    """
    jobs = _unfinished_on(dataset, [grant.collaboration_id] if grant else None)
    if grant is None:
        return {job.pk: _withdrawn(job, dataset) for job in jobs}
    found = {job.pk: _why(job, grant) for job in jobs}
    return {pk: why for pk, why in found.items() if why is not None}


def _withdrawn(job: TrainingJob, dataset: Dataset) -> Sentence:
    if job.base is None or job.inputs.filter(version__dataset=dataset).exists():
        return sentence(TERMS_ENDED, dataset=dataset.name, key=dataset.pk)
    return sentence(TAKEN_BACK, base=job.base.name, owner=dataset.organization.name)


def _why(job: TrainingJob, without: Grant) -> Sentence | None:
    if gone := lost_data(job, without=without):
        return sentence(TERMS_ENDED, dataset=gone.name, key=gone.pk)
    if job.status == Status.RUNNING:
        return why_unpublishable(job, without=without)
    return Going.of(job).why_not(without=without)


def lost_data(job: TrainingJob, *, without: Grant | None = None) -> Dataset | None:
    """The first dataset that was taken back from the job."""
    usable = set(Dataset.objects.usable_in(job.collaboration).values_list("pk", flat=True))
    usable &= set(grants_for(job.collaboration, job.organization, datasets=usable, without=without))
    wanted = Dataset.objects.filter(versions__job_inputs__job=job).order_by("pk")
    return next((dataset for dataset in wanted if dataset.pk not in usable), None)


def hold_jobs(datasets: Iterable[Dataset], collaborations: Iterable[int] | None = None) -> None:
    """Lock every unfinished job on the datasets, in one order, for as long as the transaction lasts."""
    jobs = TrainingJob.objects.unfinished().filter(standing_on(list(datasets)))
    if collaborations is not None:
        jobs = jobs.filter(collaboration__in=list(collaborations))
    list(jobs.order_by("pk").select_for_update(of=("self",)).values_list("pk"))


@transaction.atomic
def stop_jobs(why: Why, *, actor: User | None) -> list[TrainingJob]:
    """End those that wait, ask the workers of those that run, tell who launched them, and write it down."""
    held = [job for job in map(lock_job, sorted(why)) if not job.is_final and job.cancel_requested_at is None]
    for job in held:
        _stop(job, why[job.pk])
        notify(job, [job.proposed_by], "job.stopped", STOPPED)
    for job in held:
        record(job, "job.stopped", STOPPED_WHY, actor=actor, why=told(None, job, why[job.pk]))
    return held


def _stop(job: TrainingJob, reason: Sentence) -> None:
    if job.status == Status.RUNNING:
        job.cancel_requested_at = timezone.now()
        job.save(update_fields=["cancel_requested_at"])
        ask_to_stop(job, reason)
    else:
        end(job, Status.CANCELED, reason=reason)


@transaction.atomic
def stop_narrowed(grant: Grant, *, actor: User) -> list[TrainingJob]:
    """The owner put this grant in the place of another: what runs and is permitted no longer is stopped."""
    running = _unfinished_on(grant.dataset, [grant.collaboration_id]).filter(status=Status.RUNNING)
    return stop_jobs(_forbidden(running), actor=actor)


@transaction.atomic
def stop_expired() -> list[TrainingJob]:
    """Ask the running jobs to stop that use data beyond the last moment that its terms permit; tell its owners.

    Also those that go on from a model that learnt from such data.
    """
    now = timezone.now()
    running = TrainingJob.objects.filter(status=Status.RUNNING, cancel_requested_at=None)
    running = running.select_related("collaboration", "organization", "base")
    over = JobInput.objects.filter(job=OuterRef("pk"), grant__until__lte=now)
    heirs = running.filter(base__collaboration__isnull=False)
    why = {job.pk: said for job in heirs if (said := Going.of(job).why_not(at=now)) is not None}
    stopped = stop_jobs(why | _forbidden(running.filter(Exists(over))), actor=None)
    for job in stopped:
        ended = inputs_with_base(job).filter(grant__until__lte=now).values("version__dataset__organization")
        seats = Q(memberships__organization__in=ended, memberships__role__in=STEWARDS)
        owners = User.objects.filter(seats).exclude(pk=job.proposed_by_id)
        notify(job, owners.distinct(), "job.stopped", OVER)
    return stopped


def _forbidden(running: Iterable[TrainingJob]) -> dict[int, Sentence]:
    found = {job.pk: why_unpublishable(job) for job in running}
    return {pk: why for pk, why in found.items() if why is not None}


def _unfinished_on(dataset: Dataset, collaborations: Sequence[int] | None) -> QuerySet[TrainingJob]:
    """Those that are being stopped already are left out."""
    jobs = TrainingJob.objects.unfinished().filter(standing_on([dataset]), cancel_requested_at=None)
    if collaborations is not None:
        jobs = jobs.filter(collaboration__in=collaborations)
    return jobs.select_related("collaboration", "organization", "base").order_by("pk")
