"""The engine against the loop that one writes by hand in plain PyTorch (`plain.py`), recipe by recipe.

    .venv/bin/python benchmarks/overhead.py [--rounds 7] [--steps 200] [--only cnn] [--base FOLDER]

`--base` is a base model that reads, as transformers reads it (MiniLM, say); without one a small random BERT is made.

Both train the same architecture on the same rows in batches of the same size with the same fused optimizer, in turns
in one process on one thread. CPU time is compared, by the median of the rounds' ratios, so that a busy machine harms
both alike; a case below the mark is measured again, longer. The engine tells of its progress and reports 200 events a
second while it trains; the plain loop reports nothing. What reporting costs is also measured by itself. Exit code 1
where the engine has less than 95 % of the plain loop's throughput.
"""

from __future__ import annotations

import argparse
import gc
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
if sys.path[1] == str(Path(__file__).resolve().parent):
    del sys.path[1]  # its `profile` hides Python's own

import numpy as np
import torch
from torch import nn

from benchmarks import plain
from trainer.catalogue import recipe
from trainer.contract import JobSpec, Metric
from trainer.data.feed import Inputs, Resident
from trainer.data.target import Target
from trainer.layers import dense
from trainer.learner import Learner
from trainer.module import ModuleNetwork
from trainer.network import Network, Trainable
from trainer.objectives import ByToken, objective_of
from trainer.pulse import Pulse
from trainer.recipes.image_classification.program import convolutional
from trainer.recipes.language_model.network import Shape, Transformer, initialise
from trainer.recipes.language_model.program import continued
from trainer.recipes.text_classification.network import Weighed, bag
from trainer.reporter import Reporter

EVENTS = 200  # a second
ENOUGH = 0.95
CPU = torch.device("cpu")
SPEC = JobSpec(
    job="1", recipe="tabular", target="y", output="nowhere",
    inputs=({"organization": "a", "organization_name": "A", "path": "a.csv"},),  # type: ignore[arg-type]
)  # fmt: skip


@dataclass
class Case:
    """The same model twice, and rows for both."""

    parameters: Any
    network: Trainable
    inputs: Inputs
    target: Target
    module: nn.Module
    loss: plain.Loss


def labels(rows: int, classes: int) -> Target:
    return Target("classification", [str(one) for one in range(classes)], np.arange(rows) % classes)


def classes_of(target: Target) -> torch.Tensor:
    return torch.from_numpy(target.values.astype(np.int64))


def told_apart(p: Any, network: Trainable, inputs: torch.Tensor, classes: int, module: nn.Module) -> Case:
    target = labels(len(inputs), classes)
    return Case(p, network, (inputs, None), target, module, plain.by_class(inputs, classes_of(target)))


def tabular(steps: int) -> Case:
    p = recipe("tabular").check({})
    inputs = torch.randn(steps * p.batch_size, 20)
    return told_apart(p, Network(*dense(20, [64, 32], 2, "relu", 0.0)), inputs, 2, plain.dense(20, [64, 32], 2))


def mlp(steps: int) -> Case:
    p = recipe("image-classification").check({})
    inputs = torch.rand(steps * p.batch_size, 784)
    network = Network(*dense(784, [128, 64], 10, "relu", 0.0))
    return told_apart(p, network, inputs, 10, plain.dense(784, [128, 64], 10))


def cnn(steps: int) -> Case:
    p: Any = recipe("image-classification").check({"network": "cnn"})
    inputs = torch.rand(max(4, steps // 10) * p.batch_size, 784)
    network = Network(*convolutional((1, 28, 28), p, 10))
    return told_apart(p, network, inputs, 10, plain.convolutional(28, p.channels, p.hidden_layers, 10))


def words(steps: int) -> Case:
    p: Any = recipe("text-classification").check({})
    inputs = torch.randint(0, 5000, (max(4, steps // 5) * p.batch_size, 60), dtype=torch.int32)
    telling = torch.rand(5000)
    return told_apart(p, Weighed(*bag(5000, p, 2), telling), inputs, 2, plain.Bag(telling, 2))


def gpt(steps: int) -> Case:
    p = recipe("language-model").check({"width": 64, "layers": 2, "context": 64})
    rows = max(4, steps // 40) * p.batch_size
    module = Transformer(Shape(1000, 2, 64, 4, 64))
    network = ModuleNetwork(module, continued, device=CPU, described={}, tokens=64, initialise=initialise)
    tokens = torch.randint(0, 1000, (rows, 65))
    target = Target("language", [], np.ones(rows))
    return Case(p, network, (tokens, None), target, plain.Llama(1000, 2, 64, 4, 64), plain.by_next_token(tokens))


def tuned(method: str, folder: Path, steps: int) -> Case:
    from trainer.recipes.fine_tune.opening import telling  # noqa: PLC0415 - seconds, as in `plain`
    from trainer.recipes.fine_tune.program import told  # noqa: PLC0415 - as above
    from trainer.recipes.fine_tune.tuned import TunedNetwork  # noqa: PLC0415 - as above

    p: Any = recipe("fine-tune").check({"method": method, "length": 32})
    rows = max(4, steps // 40) * p.batch_size
    tokens, mask = torch.randint(5, 900, (rows, 32)), torch.ones(rows, 32, dtype=torch.bool)
    target = labels(rows, 2)
    module = plain.base_model(folder, 2, p.rank, p.dropout, lora=method == "lora")
    loss = plain.by_base_model(tokens, mask, classes_of(target))
    network = TunedNetwork(telling(folder, ["no", "yes"]), p, told, device=CPU)
    return Case(p, network, (tokens.int(), mask), target, module, loss)


def random_bert(folder: Path) -> Path:
    """As large as a test needs: what is measured is what stands around the model."""
    from transformers import BertConfig, BertForSequenceClassification  # noqa: PLC0415 - as above

    shape = BertConfig(vocab_size=1000, hidden_size=64, num_hidden_layers=2, num_attention_heads=4,
                       intermediate_size=256, max_position_embeddings=64)  # fmt: skip
    BertForSequenceClassification(shape).save_pretrained(folder)
    return folder


def engine(case: Case, reporter: Reporter) -> float:
    """CPU seconds of one epoch, with events at their rate."""
    rows = np.arange(len(case.inputs[0]))
    text = case.target.task == "language"
    objective = ByToken() if text else objective_of(case.target, rows, case.parameters, CPU)
    learner = Learner(
        case.network, objective, Resident(case.inputs), torch.from_numpy(rows), case.parameters, epochs=1, seed=1
    )
    pulse = Pulse(SPEC, reporter, threading.Event(), total=learner.steps_per_epoch)
    pulse.save = lambda _: ""
    gc.collect()
    begin, told = time.process_time(), 0
    started = time.perf_counter()
    while learner.step < learner.steps_per_epoch:
        learner.learn()
        pulse.beat(learner)
        while told < (time.perf_counter() - started) * EVENTS:
            told += 1
            reporter(Metric(name="loss", step=told, epoch=1, value=1.0, split="train"))
    learner.end_epoch()
    return time.process_time() - begin


def bare(case: Case) -> float:
    """CPU seconds of one epoch by hand."""
    p = case.parameters
    kind = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[p.optimizer]
    trained = [weight for weight in case.module.parameters() if weight.requires_grad]
    optimizer = kind(trained, lr=p.learning_rate, weight_decay=p.weight_decay, fused=True)
    gc.collect()
    begin = time.process_time()
    plain.epoch(case.module, optimizer, case.loss, len(case.inputs[0]), p.batch_size, p.gradient_clip)
    return time.process_time() - begin


def compared(case: Case, reporter: Reporter, rounds: int) -> tuple[float, float]:
    """The engine's throughput as a share of the plain loop's, and its rows a second; ValueError for unlike networks."""
    if case.network.count != sum(weight.numel() for weight in case.module.parameters() if weight.requires_grad):
        raise ValueError("the two networks do not learn equally many weights")
    engine(case, reporter), bare(case)  # the first of each also pays for what is done once
    ours, ratios = [], []
    for _ in range(rounds):
        before = bare(case)
        ours.append(engine(case, reporter))
        ratios.append((before + bare(case)) / 2 / ours[-1])
    return statistics.median(ratios), len(case.inputs[0]) / statistics.median(ours)


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


def cases(folder: Path) -> dict[str, Callable[[int], Case]]:
    """Each recipe's usual network on made-up rows."""
    return {
        "tabular": tabular, "image, mlp": mlp, "image, cnn": cnn, "text, bag": words, "language-model": gpt,
        "fine-tune, lora": partial(tuned, "lora", folder), "fine-tune, full": partial(tuned, "full", folder),
    }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--only", default="", help="cases whose name holds this")
    parser.add_argument("--base", type=Path, help="folder of a base model that reads")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    print(f"medians of {chosen.rounds} rounds in turns, CPU time, one thread, load {os.getloadavg()[0]:.1f}")
    reporter, short = Reporter(sink()), []
    with tempfile.TemporaryDirectory() as scratch:
        for name, made in cases(chosen.base or Path(scratch)).items():
            if chosen.only not in name:
                continue
            if name.startswith("fine-tune") and not chosen.base and not any(Path(scratch).iterdir()):
                random_bert(Path(scratch))
            case = made(chosen.steps)
            ratio, rows = compared(case, reporter, chosen.rounds)
            if ratio < ENOUGH:
                ratio, rows = compared(case, reporter, 3 * chosen.rounds)
            short += [name] if ratio < ENOUGH else []
            print(f"  {name:16} engine {rows:9.0f} rows/s   throughput ratio {ratio:6.1%}", flush=True)
    reporter.close()
    print(f"  reporting {EVENTS} events a second costs {reporting(Reporter(sink())) * EVENTS:.1%} of the CPU time")
    if short:
        print(f"  below {ENOUGH:.0%} of the plain loop: {', '.join(short)}")
    return 1 if short else 0


if __name__ == "__main__":
    raise SystemExit(main())
