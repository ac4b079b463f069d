"""Workers that are killed, stopped, cut off from Redis: every job runs to its end, once."""

import signal
from collections.abc import Callable
from typing import Any

import psutil
import pytest

from chainhub.core.queue import send
from chainhub.core.valkey import EmbeddedValkey
from chainhub.jobs import services
from chainhub.jobs.models import Run, Status, TrainingJob
from chainhub.nodes.models import ComputeNode
from chainhub.registry.models import ModelVersion
from tests.factories import jobs as make
from tests.process.conftest import WorkerProcess, until
from tests.running import is_gone

pytestmark = [pytest.mark.process, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

Start = Callable[..., WorkerProcess]
# Some seconds of small steps, so that there is a middle in which things can happen.
LONG = {"epochs": 2500, "batch_size": 16, "baselines": False}


@pytest.fixture
def launch(alice: Any, anvil: Any, alliance: Any, ours: Any, theirs: Any) -> Callable[..., TrainingJob]:
    """`launch(epochs=…)` as Alice."""

    def _launch(**parameters: Any) -> TrainingJob:
        return make.make_job(alice, anvil, alliance, [ours, theirs], parameters={**LONG, **parameters})

    return _launch


def status(job: TrainingJob) -> str:
    return str(TrainingJob.objects.values_list("status", flat=True).get(pk=job.pk))


def training(job: TrainingJob) -> Run | None:
    """The run that has made its first step."""
    return job.runs.filter(ended_at=None).exclude(first_step_at=None).first()


def with_checkpoint(job: TrainingJob) -> Run | None:
    return job.runs.filter(ended_at=None).exclude(checkpoint=None).first()


def succeeded(job: TrainingJob) -> bool:
    found = TrainingJob.objects.get(pk=job.pk)
    assert found.status not in {Status.FAILED, Status.CANCELED}, found.failure
    return found.status == Status.SUCCEEDED


def pool_is_open(name: str) -> bool:
    return ComputeNode.objects.present().filter(name=name).exists()


def test_a_killed_workers_job_goes_on_elsewhere_from_its_last_checkpoint(start_worker: Start, launch: Any) -> None:
    one = start_worker("one", "--slots", "1")
    job = launch()
    run = until(lambda: with_checkpoint(job), 60, what="a checkpoint")
    one.kill()
    until(lambda: is_gone(run.pid), 15, what="the child's end")
    start_worker("two", "--slots", "1", "--beat")
    until(lambda: succeeded(job), 90, what="success")
    first, second = job.runs.order_by("number")
    assert (first.outcome, second.outcome) == ("lost", "succeeded")
    until(lambda: ModelVersion.objects.filter(job=job).exists(), 30, what="publication")
    assert ModelVersion.objects.count() == 1
    assert second.resumed_from_id is not None
    assert second.node.name == "two"


def test_two_workers_run_two_jobs_at_once_and_one_ones_job_moves(start_worker: Start, launch: Any) -> None:
    one, two = start_worker("one", "--slots", "1"), start_worker("two", "--slots", "1", "--beat")
    until(lambda: pool_is_open("one") and pool_is_open("two"), 60)
    first, second = launch(), launch()
    until(lambda: training(first) and training(second), 60, what="both at once")
    assert {training(first).node.name, training(second).node.name} == {"one", "two"}
    moved = first if training(first).node.name == "one" else second
    one.kill()
    until(lambda: succeeded(first) and succeeded(second), 90, what="both to their end")
    assert moved.runs.latest("number").node.name == "two"
    assert two.process.poll() is None


def test_redis_restarts_while_one_job_runs_and_another_waits(
    start_worker: Start, launch: Any, valkey: EmbeddedValkey
) -> None:
    start_worker("one", "--slots", "1", "--beat")
    runs, waits = launch(), launch(epochs=20)
    until(lambda: training(runs), 60, what="the first step")
    valkey.stop()
    unheard = launch(epochs=20)
    assert status(unheard) == Status.QUEUED, "a broker that is away refuses nobody"
    valkey.start()
    until(lambda: succeeded(runs) and succeeded(waits) and succeeded(unheard), 90, what="all to their end")
    assert [job.runs.count() for job in (runs, waits, unheard)] == [1, 1, 1]


def test_cancel_ends_the_process_tree_and_resume_goes_on(start_worker: Start, launch: Any, alice: Any) -> None:
    start_worker("one", "--slots", "1", "--beat")
    job, waits = launch(), launch()
    run = until(lambda: training(job), 60, what="the first step")
    pid = Run.objects.get(pk=run.pk).pid
    services.cancel_job(waits, actor=alice)
    assert status(waits) == Status.CANCELED
    services.cancel_job(job, actor=alice)
    until(lambda: is_gone(pid), 5, what="the child's end")
    until(lambda: status(job) == Status.CANCELED, 5)
    assert not waits.runs.exists()
    services.resume_job(TrainingJob.objects.get(pk=job.pk), actor=alice)
    until(lambda: succeeded(job), 60, what="success")
    assert job.runs.latest("number").resumed_from_id is not None


def test_a_worker_that_is_stopped_gives_its_job_back(start_worker: Start, launch: Any) -> None:
    one = start_worker("one", "--slots", "1")
    job = launch()
    until(lambda: training(job), 60, what="the first step")
    one.terminate()
    assert one.wait(20) == 0
    job.refresh_from_db()
    run = job.runs.get()
    assert (job.status, run.outcome) == (Status.QUEUED, "drained")
    assert "is being stopped" in job.reason["text"]
    assert run.checkpoint is not None
    assert is_gone(run.pid)
    assert not ComputeNode.objects.present().exists()
    start_worker("two", "--slots", "1")
    until(lambda: succeeded(job), 60, what="success")


def test_the_second_sigterm_ends_it_at_once(start_worker: Start, launch: Any) -> None:
    one = start_worker("one", "--slots", "1")
    job = launch()
    run = until(lambda: training(job), 60, what="the first step")
    psutil.Process(Run.objects.get(pk=run.pk).pid).send_signal(signal.SIGSTOP)  # it will not leave when asked
    one.terminate()
    until(lambda: ComputeNode.objects.filter(draining=True).exists(), 5)
    one.terminate()
    assert one.wait(5) != 0


def test_messages_that_come_twice_make_one_run(start_worker: Start, launch: Any) -> None:
    start_worker("one", "--slots", "2")
    job = launch(epochs=50)
    for _ in range(5):
        send("jobs.run_job", job.pk, queue="cpu")
    until(lambda: succeeded(job), 60, what="success")
    for _ in range(5):
        send("jobs.run_job", job.pk, queue="cpu")
    assert job.runs.count() == 1
