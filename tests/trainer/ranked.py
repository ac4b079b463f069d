"""Jobs of several real processes, forked by one server: what they tell, and signals to them while they work."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.trainer.conftest import launch
from tests.trainer.servant import Servant
from trainer.contract import Event, JobSpec, Metric

TOO_LONG = 100.0  # seconds
Told = list[tuple[str, dict[str, Any]]]
Watch = Callable[[int, dict[str, Any]], None]


@pytest.fixture(scope="module")
def server() -> Iterator[Servant]:
    servant = Servant()
    yield servant
    servant.close()


def train(server: Servant, spec: JobSpec, watch: Watch = lambda *_: None) -> tuple[int, Told]:
    """The exit code and the events of that job; `watch` is called with its process and each event."""
    Path(spec.output).mkdir(parents=True, exist_ok=True)
    path = Path(spec.output, "spec.json")
    path.write_text(spec.model_dump_json())
    child = server.run(path, threads=spec.processes)
    late = threading.Timer(TOO_LONG, os.killpg, (child.pid, signal.SIGKILL))  # a hang shows as a failure
    late.start()
    events = []
    with child.stream:
        for line in child.stream:
            event = Event.from_line(line)
            events.append((event.kind, event.payload))
            watch(child.pid, {"kind": event.kind, **event.payload})
    code = server.wait("exited", timeout=30)["status"]
    late.cancel()
    os.close(child.alive)
    return code, events


def stop_in(epoch: int) -> Watch:
    """Asks the job to stop as soon as it has told of that epoch."""

    def watch(pid: int, event: dict[str, Any]) -> None:
        if event["kind"] == "metric" and event["epoch"] == epoch and event["split"] == "train":
            os.killpg(pid, signal.SIGTERM)

    return watch


def checkpoint_of(spec: JobSpec, events: Told) -> str:
    """The last that was told of."""
    return str(Path(spec.output, next(p["path"] for kind, p in reversed(events) if kind == "checkpoint")))


def losses(events: Told) -> list[float]:
    """The loss of every epoch as it was told last: what a lost step had told is told again."""
    told = [p for kind, p in events if kind == "metric" and p["name"] == "loss" and p["split"] == "train"]
    by_epoch = {(p["series"], p["organization"], p["epoch"]): p["value"] for p in told}
    return [by_epoch[place] for place in sorted(by_epoch, key=str)]


def alone(spec: JobSpec) -> list[float]:
    """The losses of one process, this one."""
    code, events = launch(spec.model_copy(update={"processes": 1, "output": f"{spec.output}-alone"}))
    assert code == 0, events[-1]
    return losses([("metric", event.model_dump()) for event in events if isinstance(event, Metric)])
