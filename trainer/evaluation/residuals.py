"""What a regression said beside what happened: single rows where terms let everyone see them, means elsewhere."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from trainer.data.columns import Bools, Floats
from trainer.metrics import Judged

POINTS, TOGETHER, BINS = 500, 5, 30  # points of a picture; rows behind a mean; columns of the histogram
MOST = 1e300  # an error beyond it is drawn at it: the range of more is beyond what floats hold


def residuals(judged: Judged, shown: Bools, *, masked: bool) -> dict[str, Any]:
    """`points`: [said, happened] of some rows where `shown`; `means`: the same of neighbours by what was said.

    Of a masked target there are neither: a point would be a value that nobody may read. Nor does the histogram end at
    the error of a row.
    """
    actual = judged.targets.astype(float)
    errors = np.clip(judged.predicted - actual, -MOST, MOST)
    counts, edges = np.histogram(errors, bins=BINS, range=around(errors))
    pairs = np.stack([judged.predicted, actual], axis=1)
    points, means = ([], []) if masked else (thinned(pairs[shown]), thinned(of_neighbours(pairs[~shown])))
    histogram = {"edges": edges.tolist(), "counts": counts.tolist()}
    return {"residuals": {"points": points, "means": means, "histogram": histogram}}


def around(errors: Floats) -> tuple[float, float]:
    """A range with round ends in which they lie."""
    low, high = (float(errors.min()), float(errors.max())) if len(errors) else (0.0, 1.0)
    size = max(high - low or abs(high) or 1.0, 1 / MOST)
    unit = 10.0 ** (math.floor(math.log10(size)) - 1)
    return math.floor(low / unit) * unit - unit, math.ceil(high / unit) * unit + unit


def of_neighbours(pairs: Floats) -> Floats:
    """Means of five rows each, in order of what was said; the last ones join the group before them."""
    groups = len(pairs) // TOGETHER
    if not groups:
        return pairs[:0]
    ordered = pairs[np.argsort(pairs[:, 0], kind="stable")]
    starts = np.arange(groups) * TOGETHER
    sizes = np.diff(np.r_[starts, len(pairs)])
    means: Floats = np.add.reduceat(ordered, starts, axis=0) / sizes[:, None]
    return means


def thinned(pairs: Floats) -> list[list[float]]:
    places = np.unique(np.linspace(0, max(0, len(pairs) - 1), POINTS).astype(np.int64))[: len(pairs)]
    found: list[list[float]] = pairs[places].tolist()
    return found
