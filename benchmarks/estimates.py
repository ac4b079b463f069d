"""What is told of a job's time and memory before it is launched, against what it takes: five recipes, real data.

    .venv/bin/python benchmarks/estimates.py [--only tabular] [--base FOLDER] [--texts FILE.parquet]

Each job runs in a process of its own on one thread. CPU time is what is compared with the told range, since the wall
clock of a busy machine is that of its neighbours; memory is the peak that the kernel saw (VmHWM). `--base` is a base
model that reads (MiniLM), without which `fine-tune` is left out; `--texts` a file with a field `text`, without which
made-up words are learnt. Exit code 1 where a time is outside of its range.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
if sys.path[1] == str(Path(__file__).resolve().parent):
    del sys.path[1]  # its `profile` hides Python's own

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks import carriers
from chainhub.nodes.machine import speed
from trainer.catalogue import recipe, seconds_of
from trainer.contract import JobSpec, Started
from trainer.preload import preload
from trainer.sizes import Data, estimate_of

MEGABYTE = 2**20
Case = tuple[str, dict[str, Any], pa.Table, str, dict[str, Any]]  # recipe, parameters, rows, target, shape of the data


def texts(path: Path | None) -> pa.Table:
    """Texts that have a label."""
    random = np.random.default_rng(0)
    rows = 4000
    if path:
        found = pq.read_table(path, columns=["text"]).slice(0, rows)
        words, rows = found.column("text").to_pylist(), found.num_rows
    else:
        vocabulary = np.array([f"w{number}" for number in range(20_000)])
        words = [" ".join(vocabulary[(random.pareto(1.1, 20) * 20).astype(int) % 20_000]) for _ in range(rows)]
    mood = np.where(random.random(rows) < 0.5, "good", "bad")
    return pa.table({"text": [f"{one} {two}" for one, two in zip(words, mood, strict=True)], "mood": mood})


def cases(base: Path | None, path: Path | None) -> Iterator[tuple[str, Case]]:
    random = np.random.default_rng(0)
    heart = carriers.heart().drop_columns(["id", "dataset"])
    yield "tabular, heart", ("tabular", {}, heart, "num", {"numbers": 6, "categories": (2, 4, 2, 3, 2, 3, 3)})
    values = random.normal(size=(40_000, 20))
    columns = {f"x{place}": values[:, place] for place in range(20)}
    large = pa.table(columns | {"y": np.where(values[:, 0] > values[:, 1], "a", "b")})
    wide = {"epochs": 10, "hidden_layers": [256, 256], "batch_size": 128}
    yield "tabular, 40,000 rows", ("tabular", wide, large, "y", {"numbers": 20})
    pixels, digits = carriers.mnist()
    names = [f"pixel{place}" for place in range(784)]
    pictures = pa.table([*(pa.array(np.ascontiguousarray(column)) for column in pixels.T), pa.array(digits)],
                        names=[*names, "digit"])  # fmt: skip
    shape = {"numbers": 784, "classes": 10}
    yield "image, mlp", ("image-classification", {"epochs": 10}, pictures, "digit", shape)
    yield "image, cnn", ("image-classification", {"epochs": 2, "network": "cnn"}, pictures, "digit", shape)
    written = texts(path)
    size = {"size": sum(len(one.encode()) for one in written.column("text").to_pylist())}
    yield "text, bag", ("text-classification", {"epochs": 5}, written, "mood", size)
    yield "text, cnn", ("text-classification", {"epochs": 2, "network": "cnn"}, written, "mood", size)
    some = written.slice(0, 600)
    part = {"size": sum(len(one.encode()) for one in some.column("text").to_pylist())}
    yield "language-model", ("language-model", {"epochs": 1}, some, "text", part)
    if base:
        shape = {"config": json.loads((base / "config.json").read_bytes()), "weights": weights_of(base)}
        few = written.slice(0, 120)
        size = {"size": sum(len(one.encode()) for one in few.column("text").to_pylist()), "base": shape}
        yield "fine-tune, lora", ("fine-tune", {"base": str(base)}, few, "mood", size)


def weights_of(base: Path) -> int:
    from safetensors import safe_open  # noqa: PLC0415 - of this case alone

    with safe_open(base / "model.safetensors", framework="np") as file:
        return sum(int(np.prod(file.get_slice(name).get_shape())) for name in file.keys())  # noqa: SIM118 - no dict


def measured(path: Path) -> dict[str, float]:
    """In a process of its own: this program again, with the job."""
    argv = [sys.executable, __file__, "--job", str(path)]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def job(path: Path) -> int:
    """Train as a child of the fork server does, which has imported everything before."""
    preload()
    from trainer.main import run  # noqa: PLC0415 - after what calms its libraries

    spec = JobSpec.model_validate_json(path.read_bytes())
    steps: list[int] = []
    before = resource.getrusage(resource.RUSAGE_SELF)
    code = run(spec, lambda one: steps.append(one.steps_total) if isinstance(one, Started) else None, threading.Event())
    after = resource.getrusage(resource.RUSAGE_SELF)
    peak = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text(encoding="ascii"))
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"steps": steps[0], "cpu": cpu, "memory": int(peak[1]) * 1024 if peak else 0}))
    return code


def compared(case: Case, folder: Path) -> tuple[str, bool]:
    name, parameters, rows, target, shape = case
    pq.write_table(rows, folder / "rows.parquet")
    given = {key: value for key, value in parameters.items() if key != "base"}
    base = {"base": {"path": parameters["base"]}} if "base" in parameters else {}
    inputs = [{"organization": "a", "organization_name": "A", "path": str(folder / "rows.parquet")}]
    spec = {"job": "1", "recipe": name, "inputs": inputs, "target": target, "parameters": given, "threads": 1,
            "output": str(folder / "out")} | base  # fmt: skip
    (folder / "spec.json").write_text(json.dumps(spec))
    took = measured(folder / "spec.json")
    known, data = recipe(name), {"rows": rows.num_rows, "classes": 2, "held_out": rows.num_rows // 5} | shape
    time = seconds_of(name, given, data, steps=int(took["steps"]), device="cpu", speed=speed())
    told = estimate_of(known, known.check(given), Data(**data))
    assert time is not None
    assert told is not None
    line = f"{took['steps']:5.0f} steps   told {time[0]:6.1f} – {time[1]:6.1f} s, took {took['cpu']:6.1f} s"
    line += f"   told {told.memory / MEGABYTE:5.0f} MB, took {took['memory'] / MEGABYTE:5.0f} MB"
    return line, time[0] <= took["cpu"] <= time[1]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="cases whose name holds this")
    parser.add_argument("--base", type=Path, help="folder of a base model that reads")
    parser.add_argument("--texts", type=Path, help="a Parquet file with a field `text`")
    parser.add_argument("--job", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.job:
        return job(chosen.job)
    print(f"{speed() / 1e9:.1f} G multiplications a second, load {os.getloadavg()[0]:.1f}; one thread, CPU time, VmHWM")
    outside = []
    for name, case in cases(chosen.base, chosen.texts):
        if chosen.only not in name:
            continue
        with tempfile.TemporaryDirectory() as folder:
            line, inside = compared(case, Path(folder))
        outside += [] if inside else [name]
        print(f"  {name:22} {line}{'' if inside else '   OUTSIDE'}", flush=True)
    return 1 if outside else 0


if __name__ == "__main__":
    raise SystemExit(main())
