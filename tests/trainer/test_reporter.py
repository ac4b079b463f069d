"""Events reach the pipe in order, and a slow reader never holds the training up."""

from __future__ import annotations

import json
import os
import time

from trainer.contract import Artifact, Checkpoint, Finished, Log, Metric, Payload, Progress
from trainer.reporter import Reporter

END = Finished(primary_metric="accuracy", value=0.9, metrics={"accuracy": 0.9})


def metric(step: int) -> Metric:
    return Metric(name="loss", step=step, epoch=1, value=0.5, split="train")


def progress(done: int) -> Progress:
    return Progress(done=done, total=10_000, phase="train")


def read_all(fd: int) -> list[dict[str, object]]:
    with os.fdopen(fd, "rb") as stream:
        return [json.loads(line) for line in stream]


def test_events_arrive_numbered_and_in_order() -> None:
    reader, writer = os.pipe()
    emit = Reporter(writer)
    for step in range(50):
        emit(metric(step))
    emit(END)
    emit.close()
    os.close(writer)
    events = read_all(reader)
    assert [event["seq"] for event in events] == list(range(1, 52))
    assert events[-1]["kind"] == "finished"
    assert all(str(event["at"]).endswith("Z") for event in events)


def test_full_pipe_never_blocks_and_loses_only_what_may_be_lost() -> None:
    reader, writer = os.pipe()
    emit = Reporter(writer, bound=20)
    kept: list[Payload] = [
        Checkpoint(path="checkpoint.safetensors", step=1, epoch=1),
        Artifact(path="config.json", sha256="0" * 64, size=1),
    ]
    begin = time.monotonic()
    for step in range(20_000):  # far more than a pipe holds; nobody reads yet
        emit(metric(step))
        emit(progress(step))
        if step in (10, 15_000):
            emit(kept[step > 10])
    emit(Log(level="info", text="late"))
    emit(END)
    assert time.monotonic() - begin < 5
    os.set_blocking(reader, False)
    chunks = []
    closing = time.monotonic() + 10
    while b'"finished"' not in b"".join(chunks) and time.monotonic() < closing:
        try:
            chunks.append(os.read(reader, 65536))
        except BlockingIOError:
            time.sleep(0.005)
    emit.close()
    events = [json.loads(line) for line in b"".join(chunks).splitlines()]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    kinds = [event["kind"] for event in events]
    assert kinds.count("checkpoint") == kinds.count("artifact") == kinds.count("finished") == 1
    assert len(events) < 20_000
    shown = [event["payload"]["done"] for event in events if event["kind"] == "progress"]
    assert shown[-1] == 19_999
    os.close(reader)
    os.close(writer)


def test_reader_that_left_does_not_matter() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    emit = Reporter(writer)
    for step in range(100):
        emit(metric(step))
        time.sleep(0.0001)
    begin = time.monotonic()
    emit(END)
    emit.close()
    assert time.monotonic() - begin < 1
    os.close(writer)
