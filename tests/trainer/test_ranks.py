"""Several processes train as one does, and go on when one of them dies. Real processes over gloo."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.trainer.conftest import MakeSpec, table
from tests.trainer.ranked import TOO_LONG, alone, checkpoint_of, losses, server, stop_in, train
from tests.trainer.servant import ROOT, Servant, environment
from trainer import checkpoint, ranks
from trainer.contract import FAILED, STOPPED, Event, JobSpec
from trainer.pulse import KEEP_EVERY
from trainer.stopping import stop_on

__all__ = ["server"]  # a fixture
pytestmark = pytest.mark.process

# what follows training is no matter of these tests
QUICK: dict[str, Any] = {"importance": False, "explained": False}
NETWORKS: dict[str, dict[str, Any]] = {
    "by hand": {"hidden_layers": [8]},
    "by autograd": {"hidden_layers": [8], "activation": "gelu", "categories": "embedding"},
    "in parts": {"hidden_layers": [8], "activation": "gelu", "accumulation": 3},
    "weighted": {"hidden_layers": [8], "class_weighting": True, "gradient_clip": 0.5},
}
LONG: dict[str, Any] = {"epochs": 20, "batch_size": 32, "baselines": False, **QUICK}


@pytest.fixture(scope="module")
def reference() -> dict[str, list[float]]:
    """What one process loses in the long job, computed once."""
    return {}


@pytest.fixture
def long(job: MakeSpec) -> MakeSpec:
    tables = {"anvil": table(400, 1), "borealis": table(240, 2)}
    return lambda **changes: job(LONG, tables=tables, **changes)


def expected(reference: dict[str, list[float]], long: MakeSpec) -> list[float]:
    if "long" not in reference:
        reference["long"] = alone(long())
    return reference["long"]


@pytest.mark.parametrize("network", NETWORKS)
def test_two_and_three_processes_lose_as_one(server: Servant, job: MakeSpec, tmp_path: Path, network: str) -> None:
    found = {}
    for count in (2, 3):
        code, events = train(
            server, job(NETWORKS[network] | QUICK, processes=count, output=str(tmp_path / f"out{count}"))
        )
        assert code == 0, events[-1]
        found[count] = losses(events)
    single = alone(job(NETWORKS[network] | QUICK))
    assert found[2] == pytest.approx(single, abs=1e-5)
    assert found[3] == pytest.approx(single, abs=1e-5)


def ranks_of(pid: int) -> list[int]:
    """The processes that the watching one has forked."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def lives(pid: int) -> bool:
    """Whether it still computes; a process that nobody has waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_killed_rank_resumes(server: Servant, long: MakeSpec, reference: dict[str, list[float]]) -> None:
    paused: list[int] = []
    killed: list[int] = []

    def kill_second(pid: int, event: dict[str, Any]) -> None:
        if event["kind"] == "metric" and not paused:  # all wait for it, until a checkpoint is due
            paused.append(ranks_of(pid)[1])
            os.kill(paused[0], signal.SIGSTOP)
            time.sleep(KEEP_EVERY)
            os.kill(paused[0], signal.SIGCONT)
        if event["kind"] == "checkpoint" and not killed:
            killed.append(ranks_of(pid)[1])
            os.kill(killed[0], signal.SIGKILL)

    code, events = train(server, long(processes=2), watch=kill_second)
    assert killed, "no checkpoint was told of in time"
    assert code == 0, events[-1]
    assert any(kind == "log" and "died" in p["text"] for kind, p in events)
    assert losses(events) == pytest.approx(expected(reference, long), abs=1e-4)


def test_stopped_by_two_then_by_three_processes_and_resumed_by_one(
    server: Servant, long: MakeSpec, reference: dict[str, list[float]], tmp_path: Path
) -> None:
    told, resume_from = [], None
    for processes, epoch in ((2, 3), (3, 8), (1, None)):
        spec = long(processes=processes, output=str(tmp_path / str(processes)), resume_from=resume_from)
        code, events = train(server, spec, *([] if epoch is None else [stop_in(epoch)]))
        assert code == (0 if epoch is None else 3), events[-1]
        told += events
        resume_from = checkpoint_of(spec, events)
    assert losses(told) == pytest.approx(expected(reference, long), abs=1e-4)


def torchrun(spec: JobSpec, path: Path, *more: str) -> subprocess.Popen[bytes]:
    """Two processes of it, that torchrun started; they tell on standard output."""
    path.write_text(spec.model_dump_json())
    argv = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", *more, "-m", "trainer")
    return subprocess.Popen(
        [sys.executable, *argv, "run", str(path)], cwd=ROOT, env=environment(), stdout=subprocess.PIPE
    )  # fmt: skip


def test_torchrun_starts_them_too(job: MakeSpec, tmp_path: Path) -> None:
    spec = job(QUICK, output=str(tmp_path / "two"))
    done = torchrun(spec, tmp_path / "spec.json")
    told, _ = done.communicate(timeout=TOO_LONG)
    events = [Event.from_line(line) for line in told.splitlines()]
    assert done.returncode == 0, events[-1]
    assert losses([(event.kind, event.payload) for event in events]) == pytest.approx(alone(spec), abs=1e-5)
    assert not [
        path.name for path in Path(spec.output).iterdir() if path.name.startswith(".")
    ]  # or a later run went on


def test_where_torchrun_begins_again_it_goes_on_from_the_last_checkpoint(
    long: MakeSpec, reference: dict[str, list[float]], tmp_path: Path
) -> None:
    spec = long(output=str(tmp_path / "again"))
    Path(spec.output).mkdir()
    Path(spec.output, checkpoint.NAME).write_bytes(b"of somebody else, from before")
    process = torchrun(spec, tmp_path / "spec.json", "--max-restarts", "2")
    assert process.stdout is not None
    events: list[Event] = []
    killed: list[int] = []
    paused: list[int] = []
    for line in process.stdout:
        events.append(Event.from_line(line))
        kind, last = events[-1].kind, ranks_of(process.pid)[-1:]
        if killed and last == killed[-1:]:  # what was said before it died
            continue
        if kind == "metric" and killed and not paused:  # all wait for it, until a checkpoint is due
            paused += last
            os.kill(paused[0], signal.SIGSTOP)
            time.sleep(KEEP_EVERY)
            os.kill(paused[0], signal.SIGCONT)
        elif (kind, len(killed)) in {("metric", 0), ("checkpoint", 1)}:  # before there is a checkpoint, and after one
            killed += last
            os.kill(killed[-1], signal.SIGKILL)
    assert process.wait(30) == 0, events[-1]
    assert len(killed) == 2
    assert first_steps(events)[:2] == [1, 1]
    assert first_steps(events)[2] > 1
    assert losses([(event.kind, event.payload) for event in events]) == pytest.approx(
        expected(reference, long), abs=1e-4
    )


def first_steps(events: list[Event]) -> list[int]:
    """The step of which each attempt told first."""
    starts = [place for place, event in enumerate(events) if event.kind == "started"]
    return [
        next(event.payload["done"] for event in events[start:] if event.kind == "progress") for start in starts
    ]  # fmt: skip


def test_a_failure_of_all_is_told_once(server: Servant, job: MakeSpec) -> None:
    astray = {"learning_rate": 10.0, "optimizer": "sgd", "momentum": 0.99}
    code, events = train(server, job(astray | QUICK, target="life", processes=2))
    assert code == 1
    assert [kind for kind, _ in events].count("failed") == 1
    assert events[-1][1]["failure"] == "numeric"


def test_a_stop_that_comes_before_a_rank_can_hear_it_is_heard(job: MakeSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    def late(stop: threading.Event, *signals: signal.Signals) -> None:
        time.sleep(0.5)
        stop_on(stop, *signals)

    def work(rank: int, spec: JobSpec, meeting: str, events: int, stop: threading.Event) -> int:
        return STOPPED if rank or stop.wait(TOO_LONG) else FAILED

    monkeypatch.setattr(ranks, "stop_on", late)
    crew = ranks.Crew(job(QUICK, processes=2), work, 0)
    crew.ask_to_stop()
    assert crew.wait() == STOPPED
    assert signal.SIGTERM not in signal.pthread_sigmask(signal.SIG_BLOCK, [])


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_several_processes_without_the_gpu_they_ask_for_say_so(server: Servant, job: MakeSpec) -> None:
    code, events = train(server, job(processes=2, device="gpu"))
    assert code == 1
    assert events[-1][1]["failure"] == "device"


def test_nothing_stays_when_the_watching_process_is_killed(server: Servant, job: MakeSpec) -> None:
    left: list[int] = []

    def kill(pid: int, event: dict[str, Any]) -> None:
        if event["kind"] == "started":
            left.extend(ranks_of(pid))
            os.kill(pid, signal.SIGKILL)

    train(server, job({"epochs": 10_000, "batch_size": 16}, processes=2), watch=kill)
    assert len(left) == 2
    deadline = time.monotonic() + 30
    while any(lives(pid) for pid in left):
        assert time.monotonic() < deadline, "a rank outlives the process that watches it"
        time.sleep(0.1)
