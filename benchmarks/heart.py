"""Heart disease in four hospitals: our table model against scikit-learn's logistic regression, five-fold.

    .venv/bin/python benchmarks/heart.py [--seeds 5]

The number is the size-weighted mean of each hospital's AUC on its own held-out patients, alone and together, with
the parameters of the demonstration; both are judged on the same folds of the same rows, averaged over seeds.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from benchmarks import carriers, peers
from trainer.catalogue import recipe
from trainer.contract import JobSpec
from trainer.data.columns import Categories, Numbers
from trainer.data.splits import divide
from trainer.main import run
from trainer.recipes.tabular.examples import HEART_SPLIT, HEART_TARGET, heart_parameters
from trainer.recipes.tabular.program import read

LEAST = 0.838  # what logistic regression reached when the data was chosen


def spec_of(folder: Path, seed: int) -> JobSpec:
    return JobSpec.model_validate({
        "job": "heart",
        "recipe": "tabular",
        "parameters": heart_parameters | {"importance": False},
        "inputs": carriers.write_hospitals(folder),
        "target": HEART_TARGET,
        "split": HEART_SPLIT,
        "seed": seed,
        "output": str(folder / "out"),
    })  # fmt: skip


def lay_out(folder: Path, seeds: int) -> Path:
    """Rows and folds for the peer."""
    spec = spec_of(folder, 0)
    source = read(spec, recipe(spec.recipe).check(spec.parameters), lambda _: None)
    slugs, folds = [party.slug for party in source.parties], []
    for seed in range(seeds):
        fold_of = np.zeros(len(source.owner), np.int64)
        for place, part in enumerate(divide(source.owner, slugs, source.target, spec.split, seed)):
            fold_of[part.test] = place
        folds.append(fold_of)
    columns = source.columns.values()
    numbers = [column.values for column in columns if isinstance(column, Numbers)]
    texts = [np.array([*c.vocabulary, ""])[c.codes] for c in columns if isinstance(c, Categories)]
    path = folder / "heart.npz"
    np.savez(
        path,
        numbers=np.stack(numbers, axis=1),
        categories=np.stack(texts, axis=1),
        hospital=source.owner,
        label=source.target.values,
        folds=np.stack(folds),
    )
    return path


def ours(folder: Path, seeds: int) -> tuple[dict[str, float], dict[str, dict[str, float]], float]:
    """Weighted AUC alone and together, each hospital's, and seconds per job."""
    weighted: dict[str, list[float]] = {"alone": [], "together": []}
    hospitals: dict[str, dict[str, list[float]]] = {}
    begin = time.perf_counter()
    for seed in range(seeds):
        spec = spec_of(folder, seed)
        if run(spec, lambda _: None, threading.Event()) != 0:
            raise SystemExit("the run failed")
        evaluation = json.loads(Path(spec.output, "evaluation.json").read_bytes())
        for series, values in weighted.items():
            values.append(evaluation["weighted"][series]["roc_auc"])
            for item in evaluation["organizations"]:
                own = hospitals.setdefault(item["name"], {}).setdefault(series, [])
                own.append(item["own"][series]["roc_auc"]["value"])
    seconds = (time.perf_counter() - begin) / seeds
    means = {name: {series: statistics.mean(v) for series, v in both.items()} for name, both in hospitals.items()}
    return {series: statistics.mean(values) for series, values in weighted.items()}, means, seconds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    seeds = parser.parse_args().seeds
    sklearn = peers.python_with("sklearn")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = lay_out(folder, seeds)
        peer = Path(__file__).resolve().parent / "peer_logistic.py"
        done = subprocess.run([sklearn, str(peer), str(data)], check=True, capture_output=True, text=True)
        theirs: dict[str, float] = json.loads(done.stdout)
        found, hospitals, seconds = ours(folder, seeds)
    print(f"920 patients, four hospitals, five-fold, {seeds} seeds: size-weighted AUC on each hospital's own patients")
    for kind in ("plain", "marks missing"):
        both = {series: theirs[f"{kind}, {series}"] for series in ("alone", "together")}
        print("  logistic regression, {:14} alone {alone:.4f}  together {together:.4f}".format(kind, **both))
    print("  trainer, heart_parameters           alone {alone:.4f}  together {together:.4f}".format(**found))
    for name, both in hospitals.items():
        print("    {:33} alone {alone:.4f}  together {together:.4f}".format(name, **both))
    print(f"  {seconds:.1f} s for a job (five folds, together and each alone, and the published model)")
    best = max(theirs["plain, together"], theirs["marks missing, together"], LEAST)
    print(f"  together against the best of them: {found['together'] - best:+.4f}")
    return 0 if found["together"] >= best else 1


if __name__ == "__main__":
    raise SystemExit(main())
