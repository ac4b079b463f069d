"""Claim, lease, sweep: the row is the truth, whatever the broker delivers."""

import contextlib
import logging
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connections
from django.utils import timezone

from chainhub.activity.models import Notice
from chainhub.core.errors import DomainError, NotAllowedError
from chainhub.datasets.services import set_field
from chainhub.jobs import permissions, services
from chainhub.jobs.models import Artifact, Run, Status, TrainingJob
from chainhub.jobs.runner import Said
from chainhub.jobs.services import recording, running
from chainhub.jobs.services.running import LeaseLostError
from chainhub.repositories.storage import store_bytes


def said(seq: int, kind: str, **payload: Any) -> Said:
    return Said(seq=seq, at=timezone.now(), kind=kind, payload=payload)  # type: ignore[arg-type]


def point(seq: int, step: int, value: float = 0.5, organization: str | None = None) -> Said:
    return said(seq, "metric", name="loss", step=step, epoch=1, value=value, split="train",
                organization=organization, series="together", fold=None)  # fmt: skip


def claimed(job: TrainingJob) -> Run:
    run = services.claim_job(job.pk, node=None)
    assert run is not None
    return run


def silent(run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_a_message_delivered_twice_makes_one_run(job: TrainingJob) -> None:
    assert services.claim_job(job.pk, node=None)
    assert services.claim_job(job.pk, node=None) is None
    assert job.runs.count() == 1


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_make_one_run(job: TrainingJob) -> None:
    claims = []

    def claim() -> None:
        # SQLite in memory, shared by threads, refuses at once where a file would wait.
        with contextlib.suppress(OperationalError):
            claims.append(services.claim_job(job.pk, node=None))
        connections.close_all()

    threads = [threading.Thread(target=claim) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(run is not None for run in claims) == 1
    assert job.runs.count() == 1


def test_a_message_for_a_job_that_is_not_queued_does_nothing(job: TrainingJob, alice: Any) -> None:
    services.cancel_job(job, actor=alice)
    assert services.claim_job(job.pk, node=None) is None
    assert services.claim_job(987, node=None) is None


def test_events_are_stored_once_however_often_they_come(job: TrainingJob, anvil: Any) -> None:
    run = claimed(job)
    batch = [said(1, "log", level="info", text="Reading", params={}), point(2, 1), point(3, 2, organization="anvil"),
             said(4, "progress", done=2, total=10, phase="train", epoch=1, epochs=2, seconds_left=1.0)]  # fmt: skip
    for _ in range(2):
        services.record_events(run, batch, parties={"anvil": anvil})
    assert list(run.events.values_list("seq", flat=True)) == [1]
    assert list(job.metrics.values_list("seq", "organization__slug")) == [(2, None), (3, "anvil")]
    job.refresh_from_db()
    assert job.progress["done"] == 2


def test_a_worker_that_was_cut_off_changes_nothing(job: TrainingJob) -> None:
    run = claimed(job)
    silent(run)
    assert services.reap_lost()[0] == 1
    with pytest.raises(LeaseLostError):
        services.record_events(run, [point(1, 1)], parties={})
    with pytest.raises(LeaseLostError):
        running.renew_lease(run)
    with pytest.raises(LeaseLostError):
        services.finish_run(run, result={})
    assert not job.metrics.exists()


def test_a_silent_worker_loses_the_job_and_the_next_run_goes_on(job: TrainingJob) -> None:
    run = claimed(job)
    recording.record_checkpoint(run, store_bytes(b"weights"), step=5)
    silent(run)
    services.reap_lost()
    job.refresh_from_db()
    run.refresh_from_db()
    assert (job.status, run.outcome) == (Status.QUEUED, "lost")
    assert "stopped answering" in job.reason["text"]
    assert claimed(job).resumed_from == run.checkpoint


def test_a_live_lease_is_left_alone(job: TrainingJob) -> None:
    claimed(job)
    assert services.reap_lost()[0] == 0


def test_a_job_that_keeps_losing_its_worker_fails(job: TrainingJob, alice: Any) -> None:
    for _ in range(3):
        silent(claimed(job))
        services.reap_lost()
    job.refresh_from_db()
    assert (job.status, job.failure["kind"]) == (Status.FAILED, "lost")
    assert Notice.objects.visible_to(alice).filter(kind="job.failed").exists()


def test_a_lost_job_that_was_to_be_canceled_is_canceled(job: TrainingJob, alice: Any) -> None:
    run = claimed(job)
    services.cancel_job(job, actor=alice)
    silent(run)
    services.reap_lost()
    job.refresh_from_db()
    assert job.status == Status.CANCELED


def test_a_message_that_was_lost_is_sent_again(job: TrainingJob, monkeypatch: Any, node: Any) -> None:
    sent = []
    monkeypatch.setattr(services.sweeping, "send", lambda *args, **kwargs: sent.append(args) or True)
    assert services.reap_lost() == (0, 0)
    TrainingJob.objects.update(sent_at=timezone.now() - timedelta(minutes=1))
    assert services.reap_lost() == (0, 1)
    assert sent == [("jobs.run_job", job.pk)]
    assert services.reap_lost() == (0, 0), "not again at once"


def test_cancel_while_queued_is_at_once(job: TrainingJob, alice: Any) -> None:
    done = services.cancel_job(job, actor=alice)
    assert done.status == Status.CANCELED
    assert done.reason["params"] == {"person": "Alice"}
    with pytest.raises(DomainError, match="ended already"):
        services.cancel_job(job, actor=alice)


def test_a_partner_may_not_cancel(job: TrainingJob, bob: Any) -> None:
    with pytest.raises(NotAllowedError):
        services.cancel_job(job, actor=bob)


def test_without_a_checkpoint_there_is_nothing_to_resume(job: TrainingJob, alice: Any) -> None:
    services.cancel_job(job, actor=alice)
    with pytest.raises(DomainError, match="no checkpoint"):
        services.resume_job(job, actor=alice)


def test_what_an_older_version_of_the_recipe_began_is_not_resumed(job: TrainingJob, alice: Any) -> None:
    run = claimed(job)
    Run.objects.filter(pk=run.pk).update(checkpoint=store_bytes(b"weights", owner=job.organization))
    TrainingJob.objects.filter(pk=job.pk).update(status=Status.FAILED)
    job.refresh_from_db()
    assert permissions.may_resume(alice, job)
    job.recipe_version += 1
    job.save(update_fields=["recipe_version"])
    assert not permissions.may_resume(alice, job)
    with pytest.raises(DomainError, match="another version by now"):
        services.resume_job(job, actor=alice)


def test_withdrawn_data_stops_every_unfinished_job(
    job: TrainingJob, alice: Any, anvil: Any, alliance: Any, ours: Any
) -> None:
    runs = make_running(alice, anvil, alliance, ours)
    stopped = services.stop_jobs(services.why_to_stop(ours.dataset), actor=alice)
    assert {one.pk for one in stopped} == {job.pk, runs.pk}
    job.refresh_from_db()
    runs.refresh_from_db()
    assert job.status == Status.CANCELED
    assert (runs.status, runs.cancel_requested_at is None) == (Status.RUNNING, False)
    running.cancel_run(runs.runs.get())
    runs.refresh_from_db()
    assert "may no longer be used" in runs.reason["text"]


def make_running(alice: Any, anvil: Any, alliance: Any, ours: Any) -> TrainingJob:
    from tests.factories import jobs as make

    other = make.make_job(alice, anvil, alliance, [ours])
    claimed(other)
    return other


def test_data_withdrawn_behind_our_back_is_noticed_before_a_machine_is_used(job: TrainingJob, ours: Any) -> None:
    ours.dataset.grants.update(revoked_at=timezone.now())
    assert services.claim_job(job.pk, node=None) is None
    job.refresh_from_db()
    assert (job.status, job.failure["kind"]) == (Status.FAILED, "terms")


def test_a_field_that_its_owner_corrected_since_the_launch_is_another_input(
    job: TrainingJob, theirs: Any, dora: Any
) -> None:
    name = next(field["name"] for field in theirs.inspection["fields"] if field["name"] != job.target)
    set_field(theirs.dataset, name, actor=dora, role="ignore")
    assert services.claim_job(job.pk, node=None) is None
    job.refresh_from_db()
    assert (job.status, job.failure["kind"]) == (Status.FAILED, "terms")
    assert "what its owner says of its fields" in job.failure["text"]


def test_success_is_told_once_after_the_commit(
    job: TrainingJob, django_capture_on_commit_callbacks: Any, caplog: Any
) -> None:
    from chainhub.jobs.signals import job_succeeded

    told = []

    def hear(job: TrainingJob, **_: Any) -> None:
        told.append(job.pk)

    job_succeeded.connect(hear)
    caplog.set_level(logging.CRITICAL)
    run = claimed(job)
    Artifact.objects.create(run=run, path="evaluation.json", blob=store_bytes(b"{}"))
    with django_capture_on_commit_callbacks(execute=True):
        services.finish_run(run, result={"task": "classification"})
        assert told == []
    assert told == [job.pk]
    job.refresh_from_db()
    assert job.result == {"task": "classification"}
