"""The classic example through the trainer, in a process of its own. Prints one JSON line."""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
born = time.perf_counter()
import json  # noqa: E402
import threading  # noqa: E402

from trainer import preload  # noqa: E402

preload.preload()
from trainer.contract import Finished, Payload, Started  # noqa: E402
from trainer.main import read_spec, run  # noqa: E402

imported = time.perf_counter() - born

moments: dict[type[Payload], tuple[float, float]] = {}
scores: list[float | None] = []


def emit(payload: Payload) -> None:
    moments[type(payload)] = (time.perf_counter(), time.process_time())
    if isinstance(payload, Finished):
        scores.append(payload.metrics["accuracy"])


begin = time.perf_counter()
if run(read_spec(Path(sys.argv[1])), emit, threading.Event()) != 0:
    raise SystemExit("the run failed")
seconds, cpu = (moments[Finished][place] - moments[Started][place] for place in (0, 1))
read = moments[Started][0] - begin
print(json.dumps({"imports": imported, "seconds": seconds, "cpu": cpu, "read": read, "accuracy": scores[0]}))
