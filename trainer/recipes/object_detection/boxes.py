"""Boxes as datasets tell them, and as tensors: kind, left, top, right and bottom, in pixels."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np

from trainer.contract import N_
from trainer.data.columns import Categories, Column, Floats, Ints
from trainer.failures import TrainingError

MOST_KINDS, MOST_BOXES = 200, 2000
SMALLEST = 1.0  # pixel a side, of what can be seen
COLUMNS = 5
Told = list[dict[str, Any]]


def told_in(column: Column, rows: Ints) -> list[Told]:
    """What the JSON of every row says, by `rows` their numbers; TrainingError names one that says nothing sensible."""
    found = []
    for place, row in enumerate(rows.tolist()):
        text = column.vocabulary[int(column.codes[place])] if isinstance(column, Categories) else ""
        try:
            told = json.loads(text)
            found.append([_one(box) for box in told])
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
            raise _nonsense(row) from None
        if len(told) > MOST_BOXES:
            raise TrainingError(
                "data",
                N_("Row %(row)s has %(count)s boxes; at most %(most)s can be learnt."),
                N_("Cut large pictures into tiles."),
                row=row + 1,
                count=len(told),
                most=MOST_BOXES,
            )
    return found


def _one(box: Any) -> dict[str, Any]:
    left, top, width, height = (float(number) for number in box["box"])
    if not all(map(math.isfinite, (left, top, width, height))):
        raise ValueError("no finite numbers")
    return {"category": str(box["category"]), "edges": (left, top, left + width, top + height)}


def _nonsense(row: int) -> TrainingError:
    return TrainingError(
        "data",
        N_("Row %(row)s does not say where its boxes are."),
        N_("Boxes are a list, each with a category and left, top, width and height in pixels."),
        row=row + 1,
    )


def kinds_in(told: list[Told]) -> list[str]:
    """The kinds of things, in order; TrainingError where there are none, or too many."""
    kinds = sorted({box["category"] for boxes in told for box in boxes})
    if not kinds:
        raise TrainingError("data", N_("There is no box in any picture."), N_("Draw boxes around what is to be found."))
    if len(kinds) > MOST_KINDS:
        raise TrainingError(
            "data",
            N_("There are boxes of %(count)s kinds; at most %(most)s can be told apart."),
            N_("Put kinds together."),
            count=len(kinds),
            most=MOST_KINDS,
        )
    return kinds


def packed(told: list[Told], kinds: list[str], sizes: Ints, originals: Ints) -> Floats:
    """An array of each row's own boxes (boxes × 5): one picture with many takes no room in all others.

    In pixels of `sizes` (height, width), cut off at the edges.
    """
    place = {kind: float(number) for number, kind in enumerate(kinds)}
    rows: Any = np.empty(len(told), object)
    for row, (boxes, size, original) in enumerate(zip(told, sizes, originals, strict=True)):
        found = np.array([[place[box["category"]], *box["edges"]] for box in boxes]).reshape(-1, COLUMNS)
        scale = size / original
        found[:, 1:] = (found[:, 1:] * scale[[1, 0, 1, 0]]).clip(0, size[[1, 0, 1, 0]])
        rows[row] = found[((found[:, 3:] - found[:, 1:3]) >= SMALLEST).all(1)]
    return rows  # type: ignore[no-any-return]  # arrays of numbers
