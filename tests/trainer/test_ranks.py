"""Several processes train as one does, and go on when one of them dies. Real processes over gloo."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.trainer.conftest import MakeSpec, table
from tests.trainer.servant import ROOT, environment
from trainer.contract import Event, JobSpec

pytestmark = pytest.mark.process

TOO_LONG = 150.0  # seconds
NETWORKS: dict[str, dict[str, Any]] = {
    "by hand": {"hidden_layers": [8]},
    "by autograd": {"hidden_layers": [8], "activation": "gelu", "categories": "embedding"},
    "in parts": {"hidden_layers": [8], "activation": "gelu", "accumulation": 3},
    "weighted": {"hidden_layers": [8], "class_weighting": True, "gradient_clip": 0.5},
}


def train(
    spec: JobSpec, *, program: tuple[str, ...] = (), watch: Callable[[int, dict[str, Any]], None] | None = None
) -> tuple[int, list[tuple[str, dict[str, Any]]]]:
    """The exit code and the events of a trainer in processes of its own."""
    Path(spec.output).mkdir(parents=True, exist_ok=True)
    path = Path(spec.output, "spec.json")
    path.write_text(spec.model_dump_json())
    argv = [*(program or (sys.executable, "-m", "trainer")), "run", str(path)]
    child = subprocess.Popen(argv, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, start_new_session=True)
    assert child.stdout is not None
    late = threading.Timer(TOO_LONG, os.killpg, (child.pid, signal.SIGKILL))  # a hang shows as a failure
    late.start()
    events = []
    for line in child.stdout:
        event = Event.from_line(line)
        events.append((event.kind, event.payload))
        if watch:
            watch(child.pid, {"kind": event.kind, **event.payload})
    code = child.wait(60)
    late.cancel()
    return code, events


def curve(events: list[tuple[str, dict[str, Any]]]) -> list[float]:
    """The loss of every epoch as it was told last: what a lost step had told is told again."""
    told = [p for kind, p in events if kind == "metric" and p["name"] == "loss" and p["split"] == "train"]
    by_epoch = {p["epoch"]: p["value"] for p in told}
    return [by_epoch[epoch] for epoch in sorted(by_epoch)]


def losses(events: list[tuple[str, dict[str, Any]]]) -> list[float]:
    return [p["value"] for kind, p in events if kind == "metric" and p["name"] == "loss" and p["split"] == "train"]


@pytest.mark.parametrize("network", NETWORKS)
def test_two_and_three_processes_lose_as_one(job: MakeSpec, tmp_path: Path, network: str) -> None:
    def trained(count: int) -> list[float]:
        code, events = train(job(NETWORKS[network], processes=count, output=str(tmp_path / f"out{count}")))
        assert code == 0, events[-1]
        return losses(events)

    alone = trained(1)
    assert trained(2) == pytest.approx(alone, abs=1e-5)
    assert trained(3) == pytest.approx(alone, abs=1e-5)


def ranks_of(pid: int) -> list[int]:
    """The processes that the watching one has forked."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def lives(pid: int) -> bool:
    """Whether it still computes; a process that nobody has waited for does not."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def test_a_killed_rank_resumes(job: MakeSpec, tmp_path: Path) -> None:
    tables = {"anvil": table(4000, 1), "borealis": table(3000, 2)}
    parameters = {"epochs": 25, "batch_size": 16, "baselines": False}
    killed: list[int] = []

    def kill_second(pid: int, event: dict[str, Any]) -> None:
        if event["kind"] == "checkpoint" and not killed:
            victim = ranks_of(pid)[1]
            killed.append(victim)
            os.kill(victim, signal.SIGKILL)

    spec = job(parameters, tables=tables, processes=2, output=str(tmp_path / "killed"))
    code, events = train(spec, watch=kill_second)
    assert killed, "no checkpoint was told of in time"
    assert code == 0, events[-1]
    assert any(kind == "log" and "died" in p["text"] for kind, p in events)
    code, expected = train(job(parameters, tables=tables, processes=1, output=str(tmp_path / "whole")))
    by_epoch = {
        p["epoch"]: p["value"]
        for kind, p in events
        if kind == "metric" and p["name"] == "loss" and p["split"] == "train"
    }
    assert [by_epoch[epoch] for epoch in sorted(by_epoch)] == pytest.approx(losses(expected), abs=1e-4)


def test_stopped_by_two_processes_and_resumed_by_three(job: MakeSpec, tmp_path: Path) -> None:
    tables = {"anvil": table(4000, 1), "borealis": table(3000, 2)}
    parameters = {"epochs": 20, "batch_size": 16, "baselines": False}

    def stop(pid: int, event: dict[str, Any]) -> None:
        if event["kind"] == "metric" and event["epoch"] == 3:
            os.killpg(pid, signal.SIGTERM)

    spec = job(parameters, tables=tables, processes=2, output=str(tmp_path / "first"))
    code, events = train(spec, watch=stop)
    assert code == 3, events[-1]
    kept = next(p["path"] for kind, p in reversed(events) if kind == "checkpoint")
    resumed = job(
        parameters, tables=tables, processes=3, output=str(tmp_path / "second"), run=2,
        resume_from=str(Path(spec.output, kept)),
    )  # fmt: skip
    code, more = train(resumed)
    assert code == 0, more[-1]
    _, expected = train(job(parameters, tables=tables, processes=1, output=str(tmp_path / "whole")))
    found = {
        p["epoch"]: p["value"]
        for kind, p in events + more
        if kind == "metric" and p["name"] == "loss" and p["split"] == "train"
    }
    assert [found[epoch] for epoch in sorted(found)] == pytest.approx(losses(expected), abs=1e-4)


def test_torchrun_starts_them_too(job: MakeSpec, tmp_path: Path) -> None:
    torchrun = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m", "trainer")
    code, events = train(job(output=str(tmp_path / "two")), program=(sys.executable, *torchrun))
    assert code == 0, events[-1]
    _, alone = train(job(output=str(tmp_path / "one")))
    assert losses(events) == pytest.approx(losses(alone), abs=1e-5)


def test_a_failure_of_all_is_told_once(job: MakeSpec) -> None:
    code, events = train(job({"learning_rate": 10.0, "optimizer": "sgd", "momentum": 0.99}, target="life", processes=2))
    assert code == 1
    assert [kind for kind, _ in events].count("failed") == 1
    assert events[-1][1]["failure"] == "numeric"


def test_nothing_stays_when_the_watching_process_is_killed(job: MakeSpec, tmp_path: Path) -> None:
    tables = {"anvil": table(4000, 1), "borealis": table(3000, 2)}
    left: list[int] = []

    def kill(pid: int, event: dict[str, Any]) -> None:
        if event["kind"] == "started":
            left.extend(ranks_of(pid))
            os.kill(pid, signal.SIGKILL)

    train(job({"epochs": 10_000, "batch_size": 16}, tables=tables, processes=2), watch=kill)
    deadline = time.monotonic() + 30
    while any(
        Path(f"/proc/{pid}").exists() and "Z" not in Path(f"/proc/{pid}/stat").read_text().split()[2] for pid in left
    ):
        assert time.monotonic() < deadline, "a rank outlives the process that watches it"
        time.sleep(0.1)
    assert len(left) == 2
