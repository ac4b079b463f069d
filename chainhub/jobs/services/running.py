"""What a worker may do with a job: claim it, keep it, tell what happens, and give it back.

Every write asks whether the lease is still this run's. A worker that was cut off finds out here, and its late words
change nothing.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_noop

from chainhub.core.live import publish_on_commit
from chainhub.core.sentences import sentence
from chainhub.jobs import lines
from chainhub.jobs.models import Run, Status, TrainingJob
from chainhub.jobs.services.asking import record_asking, wait_for_owners
from chainhub.jobs.services.moves import end, enqueue, lock_job, notify, record, tell_state
from chainhub.jobs.services.reads import record_trainings
from chainhub.jobs.services.steering import CANCELED_BY, refused_now
from chainhub.jobs.signals import job_succeeded
from chainhub.nodes.models import ComputeNode

MOST_LOST_RUNS = 3

DRAINED = gettext_noop("%(node)s is being stopped; the job goes on from its last checkpoint on the next free node.")
LOST = gettext_noop("%(node)s stopped answering; the job goes on from its last checkpoint on the next free node.")


class LeaseLostError(Exception):
    """Another worker may have the job by now: stop, and write nothing."""


def lease() -> timedelta:
    """How long a run may be silent before its job goes to another worker."""
    return timedelta(seconds=settings.LEASE_SECONDS)


def claim_job(job_id: int, *, node: ComputeNode | None, slot: str = "") -> Run | None:
    """Take a queued job by compare-and-set; None when it is not there to be taken (any more)."""
    with transaction.atomic():
        now = timezone.now()
        queued = TrainingJob.objects.filter(pk=job_id, status=Status.QUEUED, cancel_requested_at=None)
        if not queued.update(status=Status.RUNNING, started_at=Coalesce("started_at", now), reason=None, progress={}):
            return None
        job = lock_job(job_id)
        if _was_refused(job):
            return None
        earlier = job.runs.order_by("-number").first()
        kept = job.runs.exclude(checkpoint=None).order_by("-number").first()
        run = Run.objects.create(
            job=job,
            number=earlier.number + 1 if earlier else 1,
            node=node,
            slot=slot,
            lease=uuid.uuid4(),
            lease_until=now + lease(),
            resumed_from=kept.checkpoint if kept else None,
        )
        tell_state(job)
        _tell_line(run, lines.began(run))
        record_trainings(run)
    return run


def renew_lease(run: Run) -> None:
    """Keep the job for another while. Raises `LeaseLostError`."""
    until = timezone.now() + lease()
    if not _held(run).update(lease_until=until):
        raise LeaseLostError
    run.lease_until = until


def asked_to_cancel(run: Run) -> bool:
    """Whether somebody wants the run to stop. Raises `LeaseLostError`."""
    row = _held(run).values_list("job__cancel_requested_at", flat=True).first()
    if row is None and not _held(run).exists():
        raise LeaseLostError
    return row is not None


@transaction.atomic
def finish_run(run: Run, *, result: Mapping[str, Any]) -> None:
    """The job succeeded; registry publishes it. Raises `LeaseLostError`."""
    job = lock_job(run.job_id)
    _end_run(run, "succeeded")
    end(job, Status.SUCCEEDED, result=dict(result))
    record(job, "job.succeeded", gettext_noop("Training job #%(number)s “%(title)s” succeeded"), actor=None)
    transaction.on_commit(lambda: job_succeeded.send_robust(sender=TrainingJob, job=job))


@transaction.atomic
def fail_run(run: Run, failure: Mapping[str, Any]) -> None:
    """`failure` is {kind, text, hint, params}. Raises `LeaseLostError`."""
    job = lock_job(run.job_id)
    _end_run(run, "failed")
    _fail(job, failure)


@transaction.atomic
def cancel_run(run: Run) -> None:
    """The run was stopped because somebody asked for it. Raises `LeaseLostError`."""
    job = lock_job(run.job_id)
    _end_run(run, "canceled")
    end_canceled(job)


@transaction.atomic
def give_back(run: Run) -> None:
    """The node is being stopped: the job goes to the queue again. Raises `LeaseLostError`."""
    job = lock_job(run.job_id)
    _end_run(run, "drained")
    if job.cancel_requested_at:
        end_canceled(job)
    else:
        enqueue(job, reason=sentence(DRAINED, node=_name(run)))


def lose_run(run: Run, *, now: datetime | None = None) -> bool:
    """End a run whose worker went silent (or whose child went away) and queue its job again; False if it lives."""
    with transaction.atomic():
        job = lock_job(run.job_id)
        mine = Run.objects.filter(pk=run.pk, ended_at=None)
        silent = mine.filter(lease_until__lt=now) if now else mine.filter(lease=run.lease)
        if not silent.update(ended_at=timezone.now(), outcome="lost"):
            return False
        if job.cancel_requested_at:
            end_canceled(job)
        elif job.lost_runs + 1 >= MOST_LOST_RUNS:
            _fail(job, lost_failure())
        else:
            enqueue(job, reason=sentence(LOST, node=_name(run)), lost_runs=job.lost_runs + 1)
    return True


def end_canceled(job: TrainingJob) -> None:
    """In the name of the person who asked, or for the reason that already stands there."""
    person = job.cancel_requested_by
    reason = sentence(CANCELED_BY, person=str(person)) if person else job.reason
    end(job, Status.CANCELED, reason=reason)


def lost_failure() -> dict[str, Any]:
    """Why a job that keeps losing its worker is not tried for ever."""
    return {
        "kind": "lost",
        "text": gettext_noop("The worker was lost %(times)s times in a row while it ran this job."),
        "hint": gettext_noop("The job may need more memory than the nodes have; look at the nodes, then resume it."),
        "params": {"times": MOST_LOST_RUNS},
    }


def _held(run: Run) -> Any:
    return Run.objects.filter(pk=run.pk, lease=run.lease, ended_at=None)


def _end_run(run: Run, outcome: str) -> None:
    run.ended_at, run.outcome = timezone.now(), outcome
    if not _held(run).update(ended_at=run.ended_at, outcome=outcome):
        raise LeaseLostError
    _tell_line(run, lines.ended(run))


def _tell_line(run: Run, line: lines.Line) -> None:
    at = (run.ended_at or run.started_at).isoformat()
    publish_on_commit(run.job.topic, "log", level=line.level, sentence=line.sentence, run=run.number, at=at)


def _fail(job: TrainingJob, failure: Mapping[str, Any]) -> None:
    end(job, Status.FAILED, failure=dict(failure))
    text = gettext_noop("Training job #%(number)s “%(title)s” failed: %(why)s")
    why = sentence(failure["text"], **failure.get("params", {}))
    notify(job, [job.proposed_by], "job.failed", text, why=why)
    record(job, "job.failed", gettext_noop("Training job #%(number)s “%(title)s” failed"), actor=None)


def _was_refused(job: TrainingJob) -> bool:
    """The last look before a machine is used: the terms hold, and the job is what was approved.

    Where nothing is missing but the word of an owner who was not asked, it waits for that.
    """
    why = refused_now(job)
    if why is None:
        return False
    if wait_for_owners(job):
        record_asking(job, actor=None)
        return True
    hint = gettext_noop("Launch it anew as a clone, with data that may be used.")
    _fail(job, {"kind": "terms", "text": why["text"], "hint": hint, "params": why["params"]})
    return True


def _name(run: Run) -> str:
    return run.node.name if run.node else "–"
