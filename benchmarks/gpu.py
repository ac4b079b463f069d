"""The engine on the GPU of this machine: bfloat16, compiling, memory, throughput, model FLOP utilization.

    .venv/bin/python benchmarks/gpu.py [--seconds 10]     writes benchmarks/results/gpu-<name>.json
    .venv/bin/python benchmarks/gpu.py --dry-run          a small model on the CPU, to see that it runs; writes nothing

Without a GPU it says so and ends well. Utilization is the multiplications and additions of the model (6 per weight and
token, and 12 × layers × width × places for attention, half of it for looking back alone; Chowdhery et al., PaLM, 2022,
appendix B) over what this GPU reached in a plain matrix product of the same format, measured in the same run, and over
its data sheet where that is known. The engine's own step is measured: data, loss, clipping and optimizer included.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import torch

from trainer.data.feed import Feed, Resident
from trainer.data.target import Target
from trainer.layers import dense
from trainer.learner import Learner
from trainer.module import ModuleNetwork
from trainer.network import Network
from trainer.objectives import ByToken, objective_of
from trainer.precision import Precision
from trainer.preload import calm
from trainer.recipes.image_classification.schema import Parameters as Pictures
from trainer.recipes.language_model.network import Shape, Transformer, describe, initialise
from trainer.recipes.language_model.program import Windows, continued
from trainer.recipes.language_model.schema import Parameters as Texts

RESULTS = Path(__file__).resolve().parent / "results"
FORMATS = {"float32": None, "bfloat16": torch.bfloat16}
SHEET = {  # dense bfloat16, operations a second, as the makers' data sheets say
    "H200": 989e12, "H100 PCIe": 756e12, "H100 NVL": 835e12, "H100": 989e12, "A100": 312e12, "L40S": 362e12,
    "L4": 121e12, "A10G": 70e12, "RTX 4090": 165e12,
}  # fmt: skip
SHAPES = {
    "small": (Shape(32_000, 12, 768, 12, 1024), 16),  # as large as GPT-2's smallest
    "large": (Shape(32_000, 24, 1024, 16, 1024), 16),
}
TINY = {"tiny": (Shape(300, 2, 32, 2, 32), 4)}


def device_here() -> torch.device | None:
    if torch.cuda.is_available():
        return torch.device("cuda", 0)
    return torch.device("mps") if torch.backends.mps.is_available() else None


def wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    if device.type == "mps":
        torch.mps.synchronize()


def memory(device: torch.device) -> int | None:
    """The most bytes that were in use, as far as the device tells."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    return torch.mps.driver_allocated_memory() if device.type == "mps" else None


def rate(step: Callable[[], object], device: torch.device, seconds: float) -> float:
    """Steps a second, after those that warm up and compile."""
    for _ in range(3):
        step()
    wait(device)
    steps, begin = 0, time.perf_counter()
    while time.perf_counter() - begin < seconds or steps < 3:
        step()
        steps += 1
        if steps % 5 == 0:
            wait(device)
    wait(device)
    return steps / (time.perf_counter() - begin)


def product(device: torch.device, dtype: torch.dtype | None, seconds: float) -> float:
    """Operations a second in a plain matrix product."""
    side = 8192 if device.type != "cpu" else 512
    left, right = (torch.randn(side, side, device=device, dtype=dtype or torch.float32) for _ in range(2))
    return 2 * side**3 * rate(lambda: left @ right, device, seconds)


def stepping(learner: Learner) -> Callable[[], None]:
    def step() -> None:
        if learner.step == learner.steps_per_epoch:
            learner.end_epoch()
        learner.learn()

    return step


def language(shape: Shape, batch: int, device: torch.device, short: torch.dtype | None, *, compiled: bool) -> Learner:
    rows = 64 * batch
    stream = torch.randint(0, shape.vocabulary, (rows * shape.context + 1,), dtype=torch.int32).to(device)
    starts = (torch.arange(rows) * shape.context).to(device)
    network = ModuleNetwork(
        Transformer(shape), continued, device=device, described=describe(shape, 0), tokens=shape.context,
        initialise=initialise,
    )  # fmt: skip
    p = Texts(batch_size=batch, compiled=compiled)
    return learner_of(network, ByToken(), Windows(stream, starts, shape.context + 1), rows, p, device, short)


def pictures(batch: int, device: torch.device, short: torch.dtype | None, *, compiled: bool) -> Learner:
    rows = 16_384
    target = Target("classification", [str(digit) for digit in range(10)], torch.randint(0, 10, (rows,)).numpy())
    calls, shapes = dense(784, [512, 512], 10, "relu", 0.2)
    p = Pictures(batch_size=batch, compiled=compiled)
    objective = objective_of(target, torch.arange(rows).numpy(), p, device)
    feed = Resident((torch.rand(rows, 784, device=device), None))
    return learner_of(Network(calls, shapes, device=device), objective, feed, rows, p, device, short)


def learner_of(
    network: Any, objective: Any, feed: Feed, rows: int, p: Any, device: torch.device, short: torch.dtype | None
) -> Learner:
    train = torch.arange(rows, device=device)
    return Learner(network, objective, feed, train, p, epochs=10_000, seed=0, precision=Precision(device, short))


def flops_of_token(shape: Shape, weights: int) -> float:
    return 6 * weights + 12 * shape.layers * shape.width * shape.context / 2


def measured(make: Callable[[], Learner], device: torch.device, seconds: float) -> tuple[Learner, dict[str, Any]]:
    if device.type == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats(device)
    begin = time.perf_counter()
    learner = make()
    step = stepping(learner)
    step()
    wait(device)
    first = time.perf_counter() - begin
    steps = rate(step, device, seconds)
    batch = learner.parameters.batch_size
    told = {"seconds_to_first_step": first, "steps_per_second": steps, "rows_per_second": steps * batch}
    return learner, told | {"peak_memory_bytes": memory(device), "batch": batch}


def line_of(run: dict[str, Any]) -> str:
    how = f"{run['model']:24} {run['format']:9} {'compiled' if run['compiled'] else 'plain':9} batch {run['batch']:5}"
    return f"{how} {run['rows_per_second']:12.0f} rows/s {run['utilization_of_product']:7.1%} of a matrix product"


def benchmark(device: torch.device, seconds: float, shapes: dict[str, tuple[Shape, int]], name: str) -> dict[str, Any]:
    sheet = next((number for words, number in SHEET.items() if words in name), None)
    products = {label: product(device, dtype, min(2.0, seconds)) for label, dtype in FORMATS.items()}
    found: dict[str, Any] = {
        "machine": name, "torch": torch.__version__, "cuda": torch.version.cuda, "sheet_bfloat16": sheet,
        "matrix_product_operations_per_second": products, "runs": [],
    }  # fmt: skip

    def tell(run: dict[str, Any]) -> None:
        found["runs"].append(run)
        print(line_of(run), file=sys.stderr, flush=True)

    for label, short in FORMATS.items():
        for compiled in (False, True) if device.type == "cuda" else (False,):
            how = {"format": label, "compiled": compiled}
            for size, (shape, batch) in shapes.items():
                learner, told = measured(
                    lambda s=shape, b=batch, d=short, c=compiled: language(s, b, device, d, compiled=c), device, seconds
                )
                told["tokens_per_second"] = told["rows_per_second"] * shape.context
                operations = told["tokens_per_second"] * flops_of_token(shape, learner.network.count)
                told["utilization_of_product"] = operations / products[label]
                told["utilization_of_sheet"] = operations / sheet if sheet and short else None
                tell({"model": f"language-model/{size}", "weights": learner.network.count} | how | told)
                del learner
            for batch in (128, 4096):
                learner, told = measured(
                    lambda b=batch, d=short, c=compiled: pictures(b, device, d, compiled=c), device, seconds
                )
                told["utilization_of_product"] = (
                    6 * learner.network.count * told["rows_per_second"] / products[label]
                )  # fmt: skip
                tell({"model": "mlp", "weights": learner.network.count} | how | told)
                del learner
    return found


def main() -> int:
    calm()
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seconds", type=float, default=10.0, help="of each measurement")
    arguments.add_argument("--dry-run", action="store_true", help="a small model on the CPU; nothing is written")
    chosen = arguments.parse_args()
    if chosen.dry_run:
        print(json.dumps(benchmark(torch.device("cpu"), 0.1, TINY, "CPU"), indent=1))
        return 0
    device = device_here()
    if device is None:
        print("This machine shows no GPU: nothing is measured and nothing written.")
        return 0
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "Apple GPU"
    found = benchmark(device, chosen.seconds, SHAPES, name)
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"gpu-{re.sub(r'[^a-z0-9]+', '-', name.lower()).strip('-')}.json"
    path.write_text(json.dumps(found, indent=1) + "\n")
    print(path)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
