"""Bins of a field as a score card has them: each holds at least 5 % of the rows, and never fewer than 20.

Numbers are cut at quantiles, brought to a step that tells nobody's value; rare categories share one bin, and missing
values have one of their own (Siddiqi, Credit Risk Scorecards, 2006, chapter 6).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from trainer.data.columns import Categories, Column, Floats, Ints, Numbers

MOST, LEAST, SHARE = 8, 20, 0.05  # bins of a number; rows of a bin; the same as a share of all rows
LITTLE, MUCH = 1e-300, 1e300  # steps that a number can be divided by


@dataclass(frozen=True)
class Bins:
    """What is told of each bin, and which bin each row of a column is in (-1: one that is not told)."""

    told: list[dict[str, Any]]
    of: Callable[[Column], Ints]


def bins_of(column: Column) -> Bins:
    """From the rows that a model learnt from."""
    if isinstance(column, Numbers):
        return _of_numbers(column.values)
    return _of_categories(column)


def _fewest(rows: int) -> int:
    return max(LEAST, math.ceil(SHARE * rows))


def _of_numbers(values: Floats) -> Bins:
    known = values[~np.isnan(values)]
    edges = _edges(known, _fewest(len(values)))
    ends = [None, *edges, None]
    told: list[dict[str, Any]] = []
    if len(known) >= LEAST:
        told = [{"from": low, "to": high} for low, high in pairwise(ends)]
    missing = len(told) if len(values) - len(known) >= LEAST else -1
    if missing >= 0:
        told.append({"missing": True})

    def of(column: Column) -> Ints:
        if not isinstance(column, Numbers):
            raise TypeError("numbers were cut into bins")
        inside = np.searchsorted(edges, column.values, side="right") if len(known) >= LEAST else -1
        return np.where(np.isnan(column.values), missing, inside).astype(np.int64)

    return Bins(told, of)


def _edges(known: Floats, fewest: int) -> list[float]:
    """Where bins begin; a bin with too few rows joins the one below it, the last one those above."""
    if len(known) < 2 * fewest:
        return []
    low, high = np.percentile(known, [5, 95]).tolist()
    step = 10.0 ** math.floor(math.log10(min(max((high - low) / 50, LITTLE), MUCH))) if high > low else 1.0
    if (known == np.round(known)).all():
        step = max(step, 1.0)
    cuts = np.quantile(known, np.arange(1, MOST) / MOST)
    kept: list[float] = []
    ordered, begun = np.sort(known), 0
    for cut in np.unique(np.round(cuts / step)):
        edge = float(f"{cut * step:.12g}")
        place = int(np.searchsorted(ordered, edge, side="left"))
        if place - begun >= fewest and len(ordered) - place >= fewest:
            kept.append(edge)
            begun = place
    return kept


def _of_categories(column: Categories) -> Bins:
    rows, known = len(column.codes), column.codes[column.codes >= 0]
    counts = np.bincount(known, minlength=len(column.vocabulary))
    frequent = [code for code in np.argsort(-counts, kind="stable").tolist() if counts[code] >= _fewest(rows)]
    places = {column.vocabulary[code]: place for place, code in enumerate(frequent)}
    told: list[dict[str, Any]] = [{"value": text} for text in places]
    others = missing = -1
    if len(known) - counts[frequent].sum() >= LEAST:
        others = len(told)
        told.append({"others": int((counts > 0).sum()) - len(frequent)})
    if rows - len(known) >= LEAST:
        missing = len(told)
        told.append({"missing": True})

    def of(column: Column) -> Ints:
        if not isinstance(column, Categories):
            raise TypeError("categories were put into bins")
        table = [places.get(text, others) for text in column.vocabulary]
        return np.array([*table, missing], np.int64)[column.codes]

    return Bins(told, of)
