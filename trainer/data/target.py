"""What is to be predicted: class numbers with their labels, or numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from trainer.contract import N_, SpecError
from trainer.data.columns import Bools, Categories, Column, Floats, Ints, Numbers, text_of
from trainer.failures import TrainingError

Task = Literal[
    "classification", "regression", "language", "masked", "detection", "generation", "restoration", "forecast",
    "retrieval",
]  # fmt: skip
MAX_CLASSES_OF_NUMBERS = 20  # a numeric target with more different values than this is a quantity
MAX_CLASSES = 1000


@dataclass(frozen=True)
class Target:
    """The target of every row that has one.

    `values` are class numbers or numbers, one for each row. Of a task of its own (`trainer.tasks`) a row may have
    several: what its metrics compare the answers with, where rows have differently many as an array of arrays.
    """

    task: Task
    labels: list[str]  # of the kinds that are told apart; else empty
    values: Ints | Floats

    @property
    def outputs(self) -> int:
        return len(self.labels) if self.task == "classification" else 1


def known(column: Column) -> Bools:
    """Which rows have a target."""
    return ~np.isnan(column.values) if isinstance(column, Numbers) else column.codes >= 0


def target_of(column: Column, task: Literal["auto", "classification", "regression"], above: float | None) -> Target:
    """The target of rows that all have one; `above` turns a number into two classes."""
    if above is not None:
        if isinstance(column, Categories):
            raise SpecError(N_("“Positive above” needs a target of numbers."), field="positive_above")
        return Target(
            "classification", [f"≤ {text_of(above)}", f"> {text_of(above)}"], (column.values > above).astype(np.int64)
        )
    if task == "regression" or (task == "auto" and isinstance(column, Numbers) and _is_quantity(column.values)):
        if isinstance(column, Categories):
            raise SpecError(N_("Regression needs a target of numbers."), field="task")
        return Target("regression", [], column.values)
    return _classes(column)


def _is_quantity(values: Floats) -> bool:
    distinct = np.unique(values)
    return len(distinct) > MAX_CLASSES_OF_NUMBERS or not np.array_equal(distinct, np.round(distinct))


def _classes(column: Column) -> Target:
    if isinstance(column, Numbers):
        distinct, codes = np.unique(column.values, return_inverse=True)
        _check_count(len(distinct))
        labels = [text_of(float(value)) for value in distinct]
    else:
        seen, inverse = np.unique(column.codes, return_inverse=True)
        _check_count(len(seen))
        names = [column.vocabulary[code] for code in seen]
        order = sorted(range(len(names)), key=lambda place: _natural(names[place]))
        labels, ranks = [names[place] for place in order], np.argsort(order)
        codes = ranks[inverse]
    return Target("classification", labels, codes.astype(np.int64))


def _check_count(count: int) -> None:
    if count > MAX_CLASSES:
        raise TrainingError(
            "data",
            N_("The target has %(count)s different values; a classification takes at most %(most)s."),
            N_("Choose another target, or a regression."),
            count=count,
            most=MAX_CLASSES,
        )


def _natural(text: str) -> tuple[int, float, str]:
    """Numbers in their order before other texts in theirs."""
    try:
        return (0, float(text), text)
    except ValueError:
        return (1, 0.0, text)
