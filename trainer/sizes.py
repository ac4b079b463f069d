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
PROGRAM = 390 * 2**20  # bytes of a process that has loaded torch and Arrow, and trained on next to nothing
MOMENTS = {"adam": 2, "adamw": 2, "sgd": 1, "lion": 1}  # vectors that an optimizer keeps
JUDGED = 4096  # rows that are judged at a time, where one of them is little work
MUCH = 4_000_000_000  # multiplications that are made at a time while judging


@dataclass(frozen=True)
class Data:
    """What is known of a job's data before it is read."""

    rows: int
    numbers: int = 0  # fields of numbers, or pixels
    categories: tuple[int, ...] = ()  # different values of each field of categories
    classes: int = 2  # different values of the target; 1 where it is a number
    size: int = 0  # bytes of all texts
    base: Mapping[str, Any] | None = None  # of a base model: its `config`, and how many `weights` it has


@dataclass(frozen=True)
class Size:
    """A recipe's model on such data."""

    parameters: int
    multiplications: int  # of one row's way through the layers
    activations: int  # numbers that one row leaves behind for the way back
    prepared: int  # bytes that all rows take, from reading to feeding
    back: float = 2.0  # times the multiplications: of the way back, to the inputs and to the weights


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
    judged = min(JUDGED, data.rows, max(part, MUCH // max(1, size.multiplications)))
    passing = FLOAT * size.activations * max(2 * part, judged // 2)  # judging leaves nothing for a way back
    kept = FLOAT * copies * size.parameters
    return Estimate(
        parameters=size.parameters,
        memory=PROGRAM + kept + passing + size.prepared,
        multiplications_per_step=round((1 + size.back) * size.multiplications * min(p.batch_size, data.rows)),
    )


def dense(widths: Sequence[int]) -> tuple[int, int]:
    """Parameters, and numbers that pass, of fully connected layers of those widths."""
    return sum((before + 1) * after for before, after in pairwise(widths)), widths[0] + 2 * sum(widths[1:])
