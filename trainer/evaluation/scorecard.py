"""A score card: points for each field's bin, added up, that follow what the model says.

Scaled as Siddiqi, Credit Risk Scorecards, 2006, chapter 6: 600 points are odds of 50 good to 1 bad, and 20 points more
double them. The points of a bin are the mean log-odds of rows whose field was given values of that bin, less the mean
over all bins (partial dependence: Friedman, Annals of Statistics 29, 2001, section 8.2), so a linear model's card is
the model itself but for the bins, and a network's card leaves out how fields work together. How well the card follows
the model is measured on held-out rows and stands beside it. The points to start from are such that the card foresees as
many bad rows as there are, also where training gave rare classes more weight.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from trainer.contract import N_
from trainer.data.columns import Bools, Column, Floats, Ints
from trainer.data.feed import Resident
from trainer.data.target import Target
from trainer.evaluation.binning import Bins, bins_of
from trainer.evaluation.seen import OfTable, Seen
from trainer.failures import TrainingError
from trainer.metrics import Judged
from trainer.seeding import numpy_generator
from trainer.tasks import plain

POINTS, ODDS, DOUBLE = 600, 50, 20  # points, at odds of so many to one; points that double the odds
FACTOR = DOUBLE / math.log(2)
OFFSET = POINTS - FACTOR * math.log(ODDS)
MOST_ROWS, MOST_FIELDS, MOST_JUDGED = 400, 60, 2000
TWO = 2


@dataclass(frozen=True)
class Line:
    """A field of the card: the bin of every row of the job, and each bin's points."""

    field: str
    bins: Bins
    inside: Ints
    points: list[int]

    def of(self, rows: Ints) -> Ints:
        """Points of those rows; a bin that is not told adds none."""
        return np.array([*self.points, 0], np.int64)[self.inside[rows]]


def bad_place(target: Target, asked: str) -> int:
    """Of two classes the one that counts as bad: the one that was named, else the rarer one."""
    if asked in target.labels:
        return target.labels.index(asked)
    return int(np.bincount(target.values.astype(np.int64), minlength=TWO).argmin())


def check_bad(target: Target, asked: str) -> None:
    """TrainingError where a class was named that the target does not have."""
    if asked and asked not in target.labels:
        raise TrainingError(
            "data",
            N_("“%(label)s” is to count as bad, but the target has no such class."),
            N_("Name one of the target's classes, or none: then the rarer one counts as bad."),
            label=asked,
        )


def scorecard(seen: Seen, train: Ints, asked: str, ranked: list[str]) -> dict[str, Any]:
    """Of a table with two classes; of masked fields nothing, and no bin of fewer than 20 rows."""
    prepared, target = seen.preparation, seen.source.target
    if not isinstance(prepared, OfTable) or len(target.labels) != TWO or not len(train):
        return {}
    names = [name for name in ranked if name in prepared.columns]
    names += [name for name in prepared.columns if name not in ranked]
    shown = [name for name in names if name not in seen.spec.masked][:MOST_FIELDS]
    bad = bad_place(target, asked)
    lines = [line for name in shown if (line := _line(seen, prepared, name, train, bad)) is not None]
    if not lines:
        return {}
    is_bad = target.values.astype(np.int64) == bad
    start = _start(lines, train, float(is_bad[train].mean()))
    lines.sort(key=lambda line: min(line.points) - max(line.points))
    return {
        "scorecard": {
            "bad": target.labels[bad],
            "base_points": POINTS,
            "base_odds": ODDS,
            "pdo": DOUBLE,
            "start": start,
            "rows": len(train),
            "fields": [_told(line, train, is_bad) for line in lines],
            "left_out": len(prepared.columns) - len(lines),
            "agreement": _agreement(seen, prepared, lines, bad),
        }
    }


def log_odds(seen: Seen, prepared: OfTable, columns: Mapping[str, Column], rows: int, bad: int) -> Floats:
    """Of being bad, as the model says it."""
    feed = Resident(prepared.encoded(columns, seen.feed.device))
    told = seen.learner.outputs(torch.arange(rows, device=seen.feed.device), feed).double()
    found: Floats = (told[:, bad] - told[:, 1 - bad]).cpu().numpy()
    return found


def _line(seen: Seen, prepared: OfTable, name: str, train: Ints, bad: int) -> Line | None:
    """None where all rows would get the same points."""
    column = prepared.columns[name]
    bins = bins_of(column.take(train))
    inside = bins.of(column)
    counts = np.bincount(inside[train][inside[train] >= 0], minlength=len(bins.told))
    if len(bins.told) < TWO:
        return None
    random = numpy_generator(seen.spec.seed, f"scorecard {name}")
    rows = train if len(train) <= MOST_ROWS else np.sort(random.choice(train, MOST_ROWS, replace=False))
    columns = {other: prepared.columns[other].take(rows) for other in prepared.columns}
    means = np.array([
        log_odds(seen, prepared, columns | {name: column.take(drawn)}, len(rows), bad).mean()
        for drawn in (random.choice(train[inside[train] == place], len(rows)) for place in range(len(bins.told)))
    ])  # fmt: skip
    if not np.isfinite(means).all():
        return None
    points = np.round(-FACTOR * (means - np.average(means, weights=counts))).astype(np.int64)
    return Line(name, bins, inside, points.tolist())


def _start(lines: list[Line], train: Ints, rate: float) -> int:
    """Where everybody's points begin, so that the card foresees as many bad rows as there were."""
    points = sum((line.of(train) for line in lines), np.zeros(len(train), np.int64))
    low, high = -4000.0, 4000.0
    for _ in range(40):
        middle = (low + high) / 2
        foreseen = (1 / (1 + np.exp(np.clip((middle + points - OFFSET) / FACTOR, -500, 500)))).mean()
        low, high = (middle, high) if foreseen > rate else (low, middle)
    return round(low)


def _told(line: Line, train: Ints, is_bad: Bools) -> dict[str, Any]:
    inside = line.inside[train]
    found = []
    for place, (told, points) in enumerate(zip(line.bins.told, line.points, strict=True)):
        mine = inside == place
        found.append(
            told | {"points": points, "share": float(mine.mean()), "bad_rate": float(is_bad[train][mine].mean())}
        )
    return {"field": line.field, "bins": found}


def _agreement(seen: Seen, prepared: OfTable, lines: list[Line], bad: int) -> dict[str, Any]:
    """On held-out rows: whether card and model put them in the same order, and how well each tells them apart."""
    rows = seen.sample(MOST_JUDGED, "scorecard")
    model = log_odds(seen, prepared, {n: column.take(rows) for n, column in prepared.columns.items()}, len(rows), bad)
    card = -sum((line.of(rows) for line in lines), np.zeros(len(rows), np.int64)) / FACTOR
    targets = (seen.source.target.values[rows].astype(np.int64) == bad).astype(np.int64)
    return {
        "rank_correlation": rank_correlation(card, model),
        "rows": len(rows),
        "card_auc": _auc(card, targets),
        "model_auc": _auc(model, targets),
    }


def _auc(scores: Floats, targets: Ints) -> float | None:
    likely = ranks(scores) / max(1, len(scores))
    return plain("roc_auc", Judged(targets, np.stack([1 - likely, likely], axis=1), "classification"))


def rank_correlation(one: Floats, other: Floats) -> float | None:
    """Spearman's: 1 where both put all rows in the same order."""
    first, second = (ranks(values) - (len(values) - 1) / 2 for values in (one, other))
    size = math.sqrt(float((first**2).sum() * (second**2).sum()))
    return float((first * second).sum()) / size if size else None


def ranks(values: Floats) -> Floats:
    """From 0 on; equal values share the mean of their places."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    found: Floats = (ends - (counts + 1) / 2)[place]
    return found
