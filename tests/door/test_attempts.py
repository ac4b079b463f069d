"""A real trainer behind the door: what it says arrives, and every way to end becomes an outcome."""

import os
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

import psutil
import pytest
from django.db import connections

from chainhub.jobs import services
from chainhub.jobs.attempts import Slot, attempt_job
from chainhub.jobs.models import Run, Status, TrainingJob
from chainhub.jobs.signals import job_succeeded
from chainhub.jobs.supervisor import ForkServer
from tests.running import is_gone

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True)]

SLOT = Slot("cpu-0", "cpu", 1)
LONG = {"epochs": 10_000, "batch_size": 8, "baselines": False}


class Attempting:
    """An attempt in a thread, as a worker makes it."""

    def __init__(self, job: TrainingJob, server: ForkServer) -> None:
        self.job = job
        self._thread = threading.Thread(target=self._go, args=(server,))
        self._thread.start()

    def _go(self, server: ForkServer) -> None:
        try:
            attempt_job(self.job.pk, slot=SLOT, server=server)
        finally:
            connections.close_all()

    def run(self) -> Run:
        return self.job.runs.latest("number")

    def until(self, true: Callable[[], Any], seconds: float = 20) -> Any:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if found := true():
                return found
            time.sleep(0.05)
        raise AssertionError("it did not happen in time")

    def pid(self) -> int:
        """Of the child, once it trains."""
        self.until(lambda: self.job.runs.exclude(first_step_at=None).exists())
        return int(self.run().pid or 0)

    def end(self, seconds: float = 30) -> TrainingJob:
        self._thread.join(seconds)
        assert not self._thread.is_alive()
        self.job.refresh_from_db()
        return self.job


@pytest.fixture
def long_job(job: TrainingJob) -> TrainingJob:
    from chainhub.jobs.specs import spec_hash

    job.parameters = {**job.parameters, **LONG}
    job.spec_hash = spec_hash(job)
    job.save()
    return job


def test_a_job_runs_and_leaves_what_it_should(job: TrainingJob, server: ForkServer) -> None:
    told = []

    def hear(job: TrainingJob, **_: Any) -> None:
        told.append(job.pk)

    job_succeeded.connect(hear)
    done = Attempting(job, server).end()
    assert (done.status, done.failure) == (Status.SUCCEEDED, None)
    run = done.runs.get()
    assert run.outcome == "succeeded"
    assert {"model.safetensors", "config.json", "evaluation.json"} <= set(run.artifacts.values_list("path", flat=True))
    assert {one["organization"] for one in done.result["organizations"]} == {"anvil", "borealis"}
    assert done.metrics.filter(name="loss", split="train", series="together").count() == 2
    assert run.events.values_list("kind", flat=True).first() == "started"
    assert set(run.timings) == {"layout", "fork", "load", "first_step"}
    assert told == [job.pk]


def test_a_canceled_run_is_gone_within_five_seconds_and_keeps_its_checkpoint(
    long_job: TrainingJob, server: ForkServer, alice: Any
) -> None:
    attempt = Attempting(long_job, server)
    pid = attempt.pid()
    services.cancel_job(long_job, actor=alice)
    attempt.until(lambda: is_gone(pid), 5)
    assert attempt.end().status == Status.CANCELED
    assert attempt.run().checkpoint is not None
    assert attempt.run().outcome == "canceled"


def test_a_child_that_ignores_the_request_is_killed(long_job: TrainingJob, server: ForkServer, alice: Any) -> None:
    attempt = Attempting(long_job, server)
    pid = attempt.pid()
    os.kill(pid, signal.SIGSTOP)
    services.cancel_job(long_job, actor=alice)
    attempt.until(lambda: is_gone(pid), 5)
    assert attempt.end().status == Status.CANCELED


@pytest.mark.parametrize(("signum", "kind"), [(signal.SIGKILL, "memory"), (signal.SIGSEGV, "crash")])
def test_a_crash_has_a_kind_a_sentence_and_a_hint(
    long_job: TrainingJob, server: ForkServer, signum: int, kind: str
) -> None:
    attempt = Attempting(long_job, server)
    os.kill(attempt.pid(), signum)
    done = attempt.end()
    assert (done.status, done.failure["kind"]) == (Status.FAILED, kind)
    assert done.failure["text"]
    assert done.failure["hint"]


def test_a_lost_lease_ends_the_child_at_once(long_job: TrainingJob, server: ForkServer) -> None:
    attempt = Attempting(long_job, server)
    pid = attempt.pid()
    Run.objects.filter(job=long_job).update(outcome="lost", ended_at="2026-01-01T00:00:00Z")
    attempt.until(lambda: is_gone(pid), 3)
    done = attempt.end()
    assert done.status == Status.RUNNING, "the one who lost the lease writes nothing"


def test_a_fork_server_that_dies_is_started_again(job: TrainingJob, server: ForkServer) -> None:
    server.warm()
    os.kill(server._process.pid, signal.SIGKILL)  # type: ignore[union-attr]
    server._process.wait()  # type: ignore[union-attr]
    assert Attempting(job, server).end(60).status == Status.SUCCEEDED


def test_the_child_knows_no_secrets(long_job: TrainingJob, server: ForkServer, alice: Any, monkeypatch: Any) -> None:
    attempt = Attempting(long_job, server)
    environment = psutil.Process(attempt.pid()).environ()
    services.cancel_job(long_job, actor=alice)
    attempt.end()
    secret = ("DATABASE", "REDIS", "STORAGE", "SECRET", "AWS_", "CHAINHUB", "DJANGO")
    assert not [name for name in environment if name.startswith(secret)]


def test_a_resumed_job_ends_as_if_it_had_never_stopped(
    job: TrainingJob, server: ForkServer, alice: Any, anvil: Any, alliance: Any, ours: Any, theirs: Any
) -> None:
    from tests.factories import jobs as make

    longer = {"parameters": {"epochs": 400, "batch_size": 8, "baselines": False}}
    through = make.make_job(alice, anvil, alliance, [ours, theirs], **longer)
    stopped = make.make_job(alice, anvil, alliance, [ours, theirs], **longer)
    Attempting(through, server).end()
    attempt = Attempting(stopped, server)
    attempt.pid()
    services.cancel_job(stopped, actor=alice)
    assert attempt.end().status == Status.CANCELED
    services.resume_job(stopped, actor=alice)
    assert Attempting(stopped, server).end().status == Status.SUCCEEDED
    assert stopped.runs.count() == 2
    weights = [
        one.runs.latest("number").artifacts.get(path="model.safetensors").blob.sha256 for one in (through, stopped)
    ]
    assert weights[0] == weights[1]
