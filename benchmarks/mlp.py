"""The classic example in the trainer against Keras on TensorFlow: same data, network, batch size, optimizer and steps.

    .venv/bin/python benchmarks/mlp.py [--rounds 3] [--epochs 10]

Both run in processes of their own, in turn, on the same cores. The time is from data in hand (after imports and
reading) to trained and evaluated; ours includes the intervals of every metric, which Keras does not compute. The last
line is the physical limit: the matrix products of these steps and nothing else, on one core, in the same run.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import torch

from benchmarks import carriers, peers
from trainer.catalogue import recipe
from trainer.contract import JobSpec
from trainer.data.splits import divide
from trainer.recipes.image_classification.examples import mnist_parameters
from trainer.recipes.image_classification.program import read

HERE = Path(__file__).resolve().parent
AIM, LEAST = 8.0, 5.0  # what a quiet machine should come near, and what any machine must show


def lay_out(folder: Path, epochs: int, seed: int) -> None:
    """The same 80/20 division for both."""
    pixels, digits = carriers.mnist()
    path = carriers.write_pictures(pixels, digits, folder / "mnist.parquet")
    spec = JobSpec.model_validate({
        "job": "mlp",
        "recipe": "image-classification",
        # Keras explains nothing, so neither do we
        "parameters": mnist_parameters | {"epochs": epochs, "baselines": False, "explained": False},
        "inputs": [{"organization": "all", "organization_name": "All", "path": str(path)}],
        "target": "digit",
        "split": {"test_fraction": 0.2, "validation_fraction": 0.0},
        "seed": seed,
        "output": str(folder / "out"),
    })  # fmt: skip
    (folder / "spec.json").write_text(spec.model_dump_json())
    source = read(spec, recipe(spec.recipe).check(spec.parameters), lambda _: None)
    (part,) = divide(source.owner, ["all"], source.target, spec.split, seed)
    whole = pixels.astype(np.float32)
    np.savez(
        folder / "mnist.npz",
        train=whole[part.train],
        train_digits=digits[part.train],
        test=whole[part.test],
        test_digits=digits[part.test],
    )


def measured(argv: list[str]) -> dict[str, float]:
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONDONTWRITEBYTECODE",)}
    begin = time.perf_counter()
    done = subprocess.run(argv, check=True, capture_output=True, text=True, env=environment)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found | {"process": time.perf_counter() - begin}


def products(epochs: int) -> float:
    """Seconds that the matrix products of all steps take on one core: forward, by weights, by inputs."""
    widths, rows, steps = (784, 128, 64, 10), 32, epochs * 125
    pairs = []
    for place, (before, after) in enumerate(pairwise(widths)):
        value, weight, slope = torch.randn(rows, before), torch.randn(after, before), torch.randn(rows, after)
        pairs += [(value, weight.t()), (slope.t(), value)]
        pairs += [(slope, weight)] if place else []  # nobody asks for the slope of the pixels
    torch.set_num_threads(1)
    with torch.inference_mode():
        for begin in (0.0, time.perf_counter()):  # the first time round warms up
            for _ in range(steps if begin else steps // 10):
                for left, right in pairs:
                    torch.mm(left, right)
    return time.perf_counter() - begin


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=10)
    chosen = parser.parse_args()
    keras = peers.python_with("tensorflow")
    results: dict[str, list[dict[str, float]]] = {"keras": [], "trainer": []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for seed in range(chosen.rounds):
            lay_out(folder, chosen.epochs, seed)
            arguments = [str(folder / "mnist.npz"), str(chosen.epochs), str(seed)]
            results["keras"].append(measured([keras, str(HERE / "peer_keras.py"), *arguments]))
            ours = [sys.executable, str(HERE / "peer_trainer.py"), str(folder / "spec.json")]
            results["trainer"].append(measured(ours))
    print(f"784-128-64-10, {chosen.epochs} epochs, batch 32, Adam; median of {chosen.rounds} rounds")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    return report(results, products(chosen.epochs))


def report(results: dict[str, list[dict[str, float]]], floor: float) -> int:
    median: dict[str, dict[str, float]] = {}
    for who, runs in results.items():
        found = median[who] = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
        print("  {:8} {seconds:6.2f} s from data in hand to evaluated, {cpu:.2f} s of CPU;".format(who, **found))
        print("           accuracy {accuracy:.3f}; imports {imports:.1f} s, all {process:.1f} s".format(**found))
    ratio, cpu, whole = (median["keras"][key] / median["trainer"][key] for key in ("seconds", "cpu", "process"))
    print(f"  ratio    {ratio:6.1f} times faster (aim {AIM:.0f}), {cpu:.1f} times less CPU; all told {whole:.1f} times")
    share = floor / median["trainer"]["seconds"]
    print(f"  limit    {floor:6.2f} s for the matrix products alone, {share:.0%} of ours")
    better = median["trainer"]["accuracy"] >= median["keras"]["accuracy"] - 0.005
    return 0 if ratio >= LEAST and better else 1


if __name__ == "__main__":
    raise SystemExit(main())
