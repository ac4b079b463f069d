"""How well things are found in pictures.

Average precision is the area under the
curve of precision, made monotonic, over recall: Everingham et al., The Pascal Visual Object Classes Challenge (2015),
section 4.2, as of 2010; the mean over kinds, and over overlaps of 0.5 to 0.95 as COCO has it (Lin et al., 2014).
Resamples draw pictures.

`Judged.targets` are of each row its own boxes × 5: kind, left, top, right and bottom. `predicted` are
rows × (boxes × 6 + 1), of score 0 where there is none: kind, score, and the same edges; the last column is the loss.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from trainer.data.columns import Bools, Floats, Ints
from trainer.measures.boxes import found_in
from trainer.measures.sums import ratio
from trainer.metrics import Counts, Judged, Metric

HIGHER_IS_BETTER = {"map_50": True, "map_40": True, "map_50_95": True, "box_precision": True, "box_recall": True}
OVERLAPS = tuple(round(0.5 + 0.05 * step, 2) for step in range(10))
SHOWN = 0.2  # the least score of a box that people are shown
AT_ONCE = 4_000_000  # resamples × boxes
POINTS = 200  # of a curve


def _average(right: Bools, row: Ints, wanted: Ints, counts: Counts) -> Floats:
    """Average precision of one kind at one overlap, of each resample; NaN where nothing was to be found."""
    total = counts @ wanted.astype(float)
    parts = np.array_split(np.arange(len(counts)), 1 + len(counts) * len(row) // AT_ONCE)
    areas = [_area(counts[part][:, row].astype(float), right, total[part]) for part in parts]
    return np.where(total > 0, np.concatenate(areas), np.nan)


def _area(drawn: Floats, right: Bools, total: Floats) -> Floats:
    if not drawn.shape[1]:
        return np.zeros(len(drawn))
    hits = np.cumsum(drawn * right, axis=1)
    precision = hits / np.maximum(np.cumsum(drawn, axis=1), 1e-9)
    highest = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
    found: Floats = (highest * drawn * right).sum(1) / np.maximum(total, 1e-9)
    return found


def mean_average_precision(judged: Judged, counts: Counts, overlaps: tuple[float, ...]) -> Floats:
    """Over the kinds that a resample drew, and over overlaps."""
    found = found_in(judged, overlaps)
    values = []
    for kind in np.flatnonzero(found.wanted.sum(0)).tolist():
        own = found.kind == kind
        row, wanted = found.row[own], found.wanted[:, kind]
        values += [_average(right[own], row, wanted, counts) for right in found.right]
    if not values:
        return np.full(len(counts), np.nan)
    table = np.stack(values, 1)
    known = ~np.isnan(table)
    return ratio(np.where(known, table, 0.0).sum(1), known.sum(1).astype(float))


def map_50(judged: Judged, counts: Counts) -> Floats:
    return mean_average_precision(judged, counts, (0.5,))


def map_40(judged: Judged, counts: Counts) -> Floats:
    return mean_average_precision(judged, counts, (0.4,))


def map_50_95(judged: Judged, counts: Counts) -> Floats:
    return mean_average_precision(judged, counts, OVERLAPS)


def box_precision(judged: Judged, counts: Counts) -> Floats:
    """Of the boxes that people are shown, the share that is right at half overlap."""
    right, shown, _ = _shown(judged)
    return ratio(counts @ right, counts @ shown)


def box_recall(judged: Judged, counts: Counts) -> Floats:
    """Of what is to be found, the share that people are shown."""
    right, _, wanted = _shown(judged)
    return ratio(counts @ right, counts @ wanted)


def _shown(judged: Judged) -> tuple[Floats, Floats, Floats]:
    """Of each picture: boxes shown that are right, boxes shown, boxes to be found."""
    found = found_in(judged, (0.5,))
    shown = (found.score >= SHOWN).astype(float)
    right, all_shown = (np.bincount(found.row, one, len(judged)) for one in (shown * found.right[0], shown))
    return right.astype(float), all_shown.astype(float), found.wanted.sum(1).astype(float)


METRICS: Mapping[str, Metric] = {
    "map_50": map_50,
    "map_40": map_40,
    "map_50_95": map_50_95,
    "box_precision": box_precision,
    "box_recall": box_recall,
}


def curves(judged: Judged, labels: list[str]) -> dict[str, Any]:
    """Precision over recall of each kind at half overlap, in the form that other tasks tell it."""
    found, everyone, told = found_in(judged, (0.5,)), np.ones((1, len(judged))), []
    for kind in np.flatnonzero(found.wanted.sum(0)).tolist():
        own = found.kind == kind
        right, total = found.right[0][own], int(found.wanted[:, kind].sum())
        hits = np.cumsum(right)
        points = np.stack([hits / total, hits / np.arange(1, len(hits) + 1)], axis=1)
        kept = np.unique(np.linspace(0, len(hits) - 1, min(POINTS, len(hits))).astype(np.int64))
        average = float(_average(right, found.row[own], found.wanted[:, kind], everyone)[0])
        told.append({"label": labels[kind], "average_precision": average, "points": points[kept].round(5).tolist()})
    return {"pr": told}
