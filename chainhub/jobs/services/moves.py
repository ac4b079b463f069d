"""A job changes its state: saved, told to everybody who watches, and to those whom it concerns."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from chainhub.accounts.models import User
from chainhub.activity import services as activity
from chainhub.core.live import publish_on_commit
from chainhub.core.queue import send_on_commit
from chainhub.core.sentences import Sentence, sentence
from chainhub.jobs import queueing
from chainhub.jobs.ancestry import inputs_with_base
from chainhub.jobs.models import Status, TrainingJob


def lock_job(pk: int) -> TrainingJob:
    """The row as it is now, nobody else's until the transaction ends."""
    return (
        TrainingJob.objects.select_for_update(of=("self",)).select_related("collaboration", "organization").get(pk=pk)
    )


def move(job: TrainingJob, status: Status, *, reason: Sentence | None = None, **changes: Any) -> None:
    """Through the table, with its new reason; within a transaction that holds the row."""
    job.move_to(status)
    job.reason = reason
    for name, value in changes.items():
        setattr(job, name, value)
    job.save(update_fields=["status", "reason", *changes])
    tell_state(job)


def tell_state(job: TrainingJob) -> None:
    """Every page that shows the job, its collaboration or the queue learns of it after the commit."""
    publish_on_commit(job.topic, "state", status=job.status)
    publish_on_commit(job.collaboration.topic, "job", job=job.pk, status=job.status)
    publish_on_commit("nodes", "queue", job=job.pk)


def enqueue(job: TrainingJob, *, reason: Sentence | None = None, lost_runs: int = 0) -> None:
    """Queued, and a message sent that wakes a worker; losing the message does no harm."""
    now = timezone.now()
    queue = queueing.choose_queue(job)
    cleared = {"failure": None, "finished_at": None, "cancel_requested_at": None, "cancel_requested_by": None}
    times = {"queue": queue, "queued_at": now, "sent_at": now, "lost_runs": lost_runs}
    move(job, Status.QUEUED, reason=reason, **times, **cleared)
    send_on_commit("jobs.run_job", job.pk, queue=queue)


def end(job: TrainingJob, status: Status, *, reason: Sentence | None = None, **changes: Any) -> None:
    """A final state."""
    cleared = {"cancel_requested_at": None} if status != Status.CANCELED else {}
    move(job, status, reason=reason, finished_at=timezone.now(), **cleared, **changes)


def ask_to_stop(job: TrainingJob, reason: Sentence) -> None:
    """The worker that holds the job looks for this twice a second."""
    job.reason = reason
    job.save(update_fields=["reason"])
    tell_state(job)


def record(job: TrainingJob, verb: str, text: str, *, actor: User | None, **params: Any) -> None:
    """Into the audit log, marked for the job, its collaboration and every organization whose data it uses.

    Those included from whose data its base model learnt; their datasets have not been read by this job.
    """
    owners = inputs_with_base(job).values_list("version__dataset__organization_id", "version__dataset_id", "job")
    topics = {job.topic, job.collaboration.topic, job.organization.topic}
    for organization_id, dataset_id, reader in owners:
        topics |= {f"organization:{organization_id}"} | ({f"dataset:{dataset_id}"} if reader == job.pk else set())
    said = sentence(text, number=job.pk, title=job.title, **params)
    activity.record(verb, said, actor=actor, topics=topics, target_url=job.get_absolute_url())


def notify(job: TrainingJob, people: Iterable[User], kind: str, text: str, **params: Any) -> None:
    """One notice about the job into each inbox."""
    activity.notify(people, kind, sentence(text, number=job.pk, title=job.title, **params), url=job.get_absolute_url())
