"""Rows that the model judges worst, and some to try it with, of organizations whose terms let everyone see rows."""

from __future__ import annotations

from base64 import b64encode
from typing import Any, Protocol, runtime_checkable

import numpy as np

from trainer.contract import JobSpec
from trainer.data.columns import Bools, Column, Floats, Ints, Numbers
from trainer.evaluation.slices import losses
from trainer.metrics import Judged
from trainer.recipes.program import Source
from trainer.tasks import BY_ROW

SHOWN, PICTURES, LONGEST = 20, 12, 500  # rows, pictures; letters of a text
SAMPLES = 5


@runtime_checkable
class Legible(Protocol):
    """A source that can say what stands in a row."""

    def shown(self, row: int) -> dict[str, Any]:
        """Values by the names of their fields."""


@runtime_checkable
class Visible(Protocol):
    """A source of pictures."""

    def picture(self, row: int, *, whole: bool = False) -> bytes:
        """A small PNG of it; `whole` as large as the model reads it."""


def viewable(spec: JobSpec, source: Source) -> Bools:
    """Of every organization: whether all its inputs may be looked into."""
    hidden = {item.organization for item in spec.inputs if not item.viewable}
    return np.array([party.slug not in hidden for party in source.parties])


def examples(judged: Judged, source: Source, spec: JobSpec, rows: Ints) -> dict[str, Any]:
    """The worst ones first; of masked fields nothing, and nothing at all where the target or a picture is masked."""
    if not isinstance(source, Legible | Visible) or not _may_be_shown(source, spec, judged.task):
        return {}
    open_to_all = np.flatnonzero(viewable(spec, source)[source.owner[rows]])
    shown = PICTURES if isinstance(source, Visible) else SHOWN
    worst = open_to_all[np.argsort(-losses(judged)[open_to_all], kind="stable")[:shown]]
    labels = source.target.labels
    found = []
    for place in worst.tolist():
        row = int(rows[place])
        party = source.parties[int(source.owner[row])].slug
        found.append({"organization": party, **_content(source, spec, row), **_said(judged, labels, place)})
    return {"examples": found} if found else {}


def samples(source: Source, spec: JobSpec, rows: Ints) -> dict[str, Any]:
    """A few to try the model with, from the lowest answer to the highest, or of one class after the other."""
    if not isinstance(source, Legible | Visible) or not _may_be_shown(source, spec, source.target.task):
        return {}
    open_to_all = rows[viewable(spec, source)[source.owner[rows]]]
    ordered = open_to_all[np.argsort(source.target.values[open_to_all], kind="stable")]
    count = min(SAMPLES, len(ordered))
    places = (np.arange(count) + 0.5) * len(ordered) / max(1, count)  # the middles of as many parts: no extreme row
    found = [_content(source, spec, row, whole=True) for row in ordered[places.astype(np.int64)].tolist()]
    return {"samples": found} if found else {}


def _may_be_shown(source: Source, spec: JobSpec, task: str) -> bool:
    """Not where the target is masked, nor pictures where any field is, of which some pixels might tell."""
    hidden = bool(spec.masked) if isinstance(source, Visible) else spec.target in spec.masked
    return task in BY_ROW and not hidden


def _content(source: Legible | Visible, spec: JobSpec, row: int, *, whole: bool = False) -> dict[str, Any]:
    if isinstance(source, Visible):
        return {"picture": b64encode(source.picture(row, whole=whole)).decode()}
    return {"values": {name: value for name, value in source.shown(row).items() if name not in spec.masked}}


def cell(column: Column, row: int) -> float | str | None:
    """One value of a column; None where it is missing."""
    if isinstance(column, Numbers):
        value = float(column.values[row])
        return None if np.isnan(value) else value
    code = int(column.codes[row])
    return None if code < 0 else column.vocabulary[code][:LONGEST]


def _said(judged: Judged, labels: list[str], place: int) -> dict[str, Any]:
    expected, predicted = judged.targets[place : place + 1].astype(float)[0], judged.predicted[place]
    if not labels:
        return {"expected": float(expected), "predicted": float(predicted), "probability": None}
    likely: Floats = np.asarray(predicted)
    best = int(likely.argmax())
    return {"expected": labels[int(expected)], "predicted": labels[best], "probability": float(likely[best])}
