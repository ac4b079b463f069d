"""A job in a process of its own, as the hub runs it: what it found, and what it took."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trainer.contract import JobSpec


@dataclass(frozen=True)
class Done:
    """`cpu` and `seconds` of the whole process, imports too; `megabytes` at its highest."""

    evaluation: dict[str, Any]
    weights: int  # that were trained
    steps: int
    seconds: float
    cpu: float
    megabytes: int

    def metric(self, name: str) -> float:
        return float(self.evaluation["overall"]["metrics"][name]["value"])

    def __str__(self) -> str:
        took = f"{self.seconds:.0f} s, {self.cpu:.0f} s of CPU, {self.megabytes:,} MB at its highest"
        return f"{self.weights:,} weights trained in {self.steps:,} steps: {took}"


def done(values: dict[str, Any], folder: Path) -> Done:
    """Run it on one thread; ends the benchmark where the job fails."""
    spec = JobSpec.model_validate({"job": "benchmark", "threads": 1, "output": str(folder / "out")} | values)
    path = folder / "spec.json"
    path.write_text(spec.model_dump_json())
    begin = time.perf_counter()
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    argv = [sys.executable, "-m", "trainer", "run", str(path)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment) as child:
        assert child.stdout is not None
        events = [json.loads(line) for line in child.stdout]
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if events[-1]["kind"] != "finished":
        raise SystemExit(f"the job failed: {events[-1]['payload']}")
    started = next(event["payload"] for event in events if event["kind"] == "started")
    return Done(
        json.loads(Path(spec.output, "evaluation.json").read_bytes()),
        weights=started["parameters_count"],
        steps=started["steps_total"],
        seconds=time.perf_counter() - begin,
        cpu=used.ru_utime + used.ru_stime,
        megabytes=used.ru_maxrss // 1024,
    )
