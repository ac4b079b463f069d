"""The engine against the bare loop of the same network: same tensors, optimizer, batches and order, no events.

    .venv/bin/python benchmarks/overhead.py [--rounds 5] [--steps 200]

Both run in turns in one process on one thread, and CPU time is compared by medians, so that a busy machine harms both
alike. The engine reports 200 events a second while it trains; the bare loop reports nothing. The share that reporting
costs is the CPU time of so many events, measured by itself.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.remove(str(Path(__file__).resolve().parent))  # its `profile` hides Python's own

import numpy as np
import torch

from trainer.catalogue import recipe
from trainer.contract import Metric
from trainer.data.feed import Inputs, Resident
from trainer.data.target import Target
from trainer.layers import dense
from trainer.learner import Learner
from trainer.module import ModuleNetwork
from trainer.network import Network, Trainable
from trainer.objectives import ByToken, Objective, objective_of
from trainer.recipes.image_classification.program import convolutional
from trainer.recipes.language_model.network import Shape, Transformer, initialise
from trainer.recipes.language_model.program import continued
from trainer.recipes.parameters import TrainingParameters
from trainer.recipes.text_classification.program import bag
from trainer.reporter import Reporter

EVENTS = 200  # a second
CPU = torch.device("cpu")
Case = tuple[TrainingParameters, Trainable, Inputs, Target]


def cases() -> dict[str, Callable[[int], Case]]:
    """Each recipe's usual network on made-up rows."""
    return {"tabular": tabular, "image, mlp": mlp, "image, cnn": cnn, "text, bag": words, "language-model": gpt}


def labels(rows: int, classes: int) -> Target:
    return Target("classification", [str(one) for one in range(classes)], np.arange(rows) % classes)


def tabular(steps: int) -> Case:
    p = recipe("tabular").check({})
    rows = steps * p.batch_size
    return p, Network(*dense(20, [64, 32], 2, "relu", 0.0)), (torch.randn(rows, 20), None), labels(rows, 2)


def mlp(steps: int) -> Case:
    p = recipe("image-classification").check({})
    rows = steps * p.batch_size
    return p, Network(*dense(784, [128, 64], 10, "relu", 0.0)), (torch.rand(rows, 784), None), labels(rows, 10)


def cnn(steps: int) -> Case:
    p = recipe("image-classification").check({"network": "cnn"})
    rows = max(4, steps // 20) * p.batch_size
    network = Network(*convolutional((1, 28, 28), p, 10))  # type: ignore[arg-type]
    return p, network, (torch.rand(rows, 784), None), labels(rows, 10)


def words(steps: int) -> Case:
    p = recipe("text-classification").check({})
    rows = max(4, steps // 5) * p.batch_size
    calls, shapes = bag(5000, p, 2)  # type: ignore[arg-type]
    network = Network(calls, shapes, embeddings=("embedding.weight",))
    return p, network, (torch.randint(0, 5000, (rows, 60), dtype=torch.int32), None), labels(rows, 2)


def gpt(steps: int) -> Case:
    p = recipe("language-model").check({"width": 64, "layers": 2, "context": 64})
    rows = max(4, steps // 40) * p.batch_size
    module = Transformer(Shape(1000, 2, 64, 4, 64))
    network = ModuleNetwork(module, continued, device=CPU, described={}, tokens=64, initialise=initialise)
    return p, network, (torch.randint(0, 1000, (rows, 65)), None), Target("language", [], np.ones(rows))


def engine(case: Case, objective: Objective, reporter: Reporter) -> float:
    """CPU seconds of one epoch, with events at their rate."""
    p, network, inputs, _ = case
    learner = Learner(network, objective, Resident(inputs), torch.arange(len(inputs[0])), p, epochs=1, seed=1)
    begin, told = time.process_time(), 0
    started = time.perf_counter()
    while learner.step < learner.steps_per_epoch:
        learner.learn()
        while told < (time.perf_counter() - started) * EVENTS:
            told += 1
            reporter(Metric(name="loss", step=told, epoch=1, value=1.0, split="train"))
    learner.end_epoch()
    return time.process_time() - begin


def bare(case: Case, objective: Objective) -> float:
    """CPU seconds of the loop that one would write by hand: autograd and torch's fused optimizer."""
    p, network, inputs, _ = case
    weights = network.vectors[0].detach().clone().requires_grad_()  # the optimizer's work, on as many numbers
    kind = torch.optim.Adam if p.optimizer == "adam" else torch.optim.AdamW
    optimizer = kind([weights], lr=1e-9, fused=True)
    order = torch.randperm(len(inputs[0]))
    begin, total = time.process_time(), torch.zeros(())
    for rows in torch.split(order, p.batch_size):
        batch: Inputs = (inputs[0].index_select(0, rows), None)
        network.gradients[0].zero_()
        loss = objective.loss(network(batch, training=True), objective.wanted(rows, batch))
        loss.backward()
        if p.gradient_clip:
            torch.nn.utils.get_total_norm([network.gradients[0]])
        weights.grad = network.gradients[0]
        optimizer.step()
        total += loss.detach()
    return time.process_time() - begin


def reporting(reporter: Reporter, count: int = 2000) -> float:
    """CPU seconds of one event, its writing included."""
    begin = time.process_time()
    for step in range(count):
        reporter(Metric(name="loss", step=step, epoch=1, value=1.0, split="train"))
    reporter.close()
    return (time.process_time() - begin) / count


def sink() -> int:
    """A pipe that somebody reads."""
    end, write = os.pipe()

    def read() -> None:
        while os.read(end, 65536):
            pass

    threading.Thread(target=read, daemon=True).start()
    return write


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--only", default="", help="cases whose name holds this")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    print(f"medians of {chosen.rounds} rounds in turns, CPU time, one thread, load {os.getloadavg()[0]:.1f}")
    reporter = Reporter(sink())
    for name, made in cases().items():
        if chosen.only not in name:
            continue
        case = made(chosen.steps)
        parameters, _, inputs, target = case
        rows = np.arange(len(inputs[0]))
        objective = ByToken() if target.task == "language" else objective_of(target, rows, parameters, CPU)
        engine(case, objective, reporter), bare(case, objective)  # the first of each also pays for what is done once
        ours, theirs = [], []
        for _ in range(chosen.rounds):
            ours.append(engine(case, objective, reporter))
            theirs.append(bare(case, objective))
        ratio = statistics.median(theirs) / statistics.median(ours)
        print(f"  {name:16} engine {len(rows) / statistics.median(ours):9.0f} rows/s   throughput ratio {ratio:6.1%}")
    reporter.close()
    print(f"  reporting {EVENTS} events a second costs {reporting(Reporter(sink())) * EVENTS:.1%} of the CPU time")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
