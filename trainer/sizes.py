"""How much memory and work a job will take, told before it is launched: arithmetic on shapes, without torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise
from typing import Any

from trainer.catalogue import Recipe
from trainer.recipes.parameters import TrainingParameters

FLOAT = 4
PROGRAM = 365 * 2**20  # bytes of a process that has loaded torch and Arrow, and trained on next to nothing
MOMENTS = {"adam": 2, "adamw": 2, "sgd": 1, "lion": 1}  # vectors that an optimizer keeps
JUDGED = 4096  # rows that are judged at a time, where one of them is little work
MUCH = 4_000_000_000  # multiplications that are made at a time while judging
DRAWN = 28  # bytes of a row in a resample, while an interval is drawn; how many there are: as `intervals` has it
DRAWN_AT_ONCE, DRAWN_IN_ALL, FEWEST_DRAWN = 4_000_000, 5_000_000, 100


@dataclass(frozen=True)
class Data:
    """What is known of a job's data before it is read."""

    rows: int
    numbers: int = 0  # fields of numbers, or pixels
    categories: tuple[int, ...] = ()  # different values of each field of categories
    classes: int = 2  # different values of the target; 1 where it is a number
    size: int = 0  # bytes of all texts
    base: Mapping[str, Any] | None = None  # of a base model: its `config`, and how many `weights` it has
    held_out: int = 0  # rows that are judged after training; 0 where that is not known: all may be


@dataclass(frozen=True)
class Size:
    """A recipe's model on such data."""

    parameters: int
    multiplications: int  # of one row's way through the layers
    activations: int  # half the numbers that are there while one row goes forwards and back
    prepared: int  # bytes that all rows take, from reading to feeding
    back: float = 2.0  # times the multiplications: of the way back, to the inputs and to the weights
    judged: int = 0  # numbers of one row that are there at once while it is judged; 0 for half the activations


@dataclass(frozen=True)
class Estimate:
    """`memory` in bytes, at its highest; a step's multiplications forwards and back."""

    parameters: int
    memory: int
    multiplications_per_step: int


def estimate_of(recipe: Recipe, parameters: TrainingParameters, data: Data) -> Estimate | None:
    """None for a recipe that cannot say, for want of a `size.py` or of a base model whose shape is known."""
    name = f"{recipe.package}.size"
    if find_spec(name) is None:
        return None
    size: Size | None = import_module(name).size_of(parameters, data)
    if size is None:
        return None
    p = parameters
    copies = 4 + MOMENTS[p.optimizer] + bool(p.average)  # weights, gradient, the best, what is published
    part = -(-min(p.batch_size, data.rows) // p.accumulation)
    judged = min(JUDGED, data.held_out or data.rows, max(part, MUCH // max(1, size.multiplications)))
    seen = size.judged or size.activations // 2  # nothing is left for a way back
    passing = max(FLOAT * max(2 * part * size.activations, judged * seen), _drawn(p, data))
    kept = FLOAT * copies * size.parameters
    return Estimate(
        parameters=size.parameters,
        memory=PROGRAM + kept + passing + size.prepared,
        multiplications_per_step=round((1 + size.back) * size.multiplications * min(p.batch_size, data.rows)),
    )


def _drawn(p: TrainingParameters, data: Data) -> int:
    """Bytes of the resamples of held-out rows, as many as are there at once."""
    rows = data.held_out or data.rows
    samples = max(FEWEST_DRAWN, min(p.bootstrap_samples, DRAWN_IN_ALL // max(1, rows * data.classes)))
    return DRAWN * min(max(rows, DRAWN_AT_ONCE), samples * rows)


def dense(widths: Sequence[int]) -> tuple[int, int]:
    """Parameters, and numbers that pass, of fully connected layers of those widths."""
    return sum((before + 1) * after for before, after in pairwise(widths)), widths[0] + 2 * sum(widths[1:])
