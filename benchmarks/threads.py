"""The threads that the trainer chooses, against naively taking two, on a machine that others use too.

    .venv/bin/python benchmarks/threads.py [--epochs 2] [--busy N]

The classic 784-128-64-10 network, quiet and beside busy processes. OpenMP threads wait for each other by spinning:
when one of them has lost its core the others burn theirs, and a small step takes a hundred times as long.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import mlp
from trainer.contract import JobSpec

PEER = Path(__file__).resolve().parent / "peer_trainer.py"
LONGEST = 120.0  # seconds; a naive run that takes longer is cut off
SPIN = "while True: pass"
NAIVE = {"GOMP_SPINCOUNT": "300000"}  # what OpenMP does when nobody says otherwise


@contextmanager
def busy(processes: int) -> Iterator[None]:
    """So many processes that never rest."""
    spinning = [subprocess.Popen([sys.executable, "-c", SPIN]) for _ in range(processes)]
    try:
        yield
    finally:
        for process in spinning:
            process.kill()
            process.wait()


def seconds(folder: Path, threads: int | None, cores: int, **settings: str) -> float | None:
    """Training and evaluation of the job with that many threads, or as the trainer chooses within `cores`."""
    spec = JobSpec.model_validate_json((folder / "spec.json").read_text())
    changed = spec.model_copy(update={"threads": threads})
    (folder / "changed.json").write_text(changed.model_dump_json())
    kept = {
        name: value for name, value in os.environ.items() if name not in ("OMP_NUM_THREADS", "PYTHONDONTWRITEBYTECODE")
    }
    argv = [sys.executable, str(PEER), str(folder / "changed.json")]
    environment = kept | {"TRAINER_SLOT_THREADS": str(cores)} | settings
    try:
        done = subprocess.run(argv, check=True, capture_output=True, text=True, env=environment, timeout=LONGEST)
    except subprocess.TimeoutExpired:
        return None
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return float(found["seconds"])


def main() -> int:
    cores = len(os.sched_getaffinity(0))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--busy", type=int, default=max(1, cores - 1), help="processes that never rest")
    chosen = parser.parse_args()
    naive = min(2, cores)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        mlp.lay_out(folder, chosen.epochs, 0)
        rows: dict[str, tuple[float | None, float | None]] = {}
        rows["quiet"] = (seconds(folder, None, cores), seconds(folder, naive, cores, **NAIVE))
        with busy(chosen.busy):
            rows[f"beside {chosen.busy} busy"] = (seconds(folder, None, cores), seconds(folder, naive, cores, **NAIVE))
    print(f"784-128-64-10, {chosen.epochs} epochs of 4,000, {cores} cores, load {os.getloadavg()[0]:.1f}")
    for label, (ours, theirs) in rows.items():
        if ours is None:
            print(f"  {label:14} the chosen threads took longer than {LONGEST:.0f} s")
            return 1
        shown = f"{theirs:6.2f} s" if theirs is not None else f"over {LONGEST:.0f} s"
        ratio = (LONGEST if theirs is None else theirs) / ours
        print(f"  {label:14} chosen {ours:6.2f} s   naive {naive} threads {shown}   ratio {ratio:.1f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
