"""Boxes that a model draws, compared with those that people drew.

A box is right where it overlaps one of the same kind that none with a higher score has found, by at least so much of
the area that the two cover (IoU).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from trainer.data.columns import Bools, Floats, Ints
from trainer.metrics import Judged

COUNTED = 0.01  # the least score of a box that counts at all


class Found(NamedTuple):
    """Boxes of all pictures, from the highest score down, and those that were to be found."""

    row: Ints
    kind: Ints
    score: Floats
    right: Bools  # overlaps × boxes
    wanted: Ints  # rows × kinds


def found_in(judged: Judged, overlaps: tuple[float, ...]) -> Found:
    """Every box compared with those that people drew."""
    boxes, rows, right, truths = [], [], [], []
    for place in range(len(judged)):
        truth = np.asarray(judged.targets[place], float)
        own = judged.predicted[place, :-1].reshape(-1, 6)
        own = own[own[:, 1] >= COUNTED]
        own = own[np.argsort(-own[:, 1], kind="stable")]
        boxes.append(own)
        rows.append(np.full(len(own), place))
        truths.append(truth[:, 0].astype(np.int64))
        right.append(_matched(own, truth, overlaps))
    whole = np.concatenate(boxes) if boxes else np.empty((0, 6))
    order = np.argsort(-whole[:, 1], kind="stable")
    kinds = 1 + max([0, *(int(one.max()) for one in truths if len(one)), *whole[:, 0].astype(int).tolist()])
    wanted = np.stack([np.bincount(one, minlength=kinds) for one in truths]) if truths else np.zeros((0, kinds), int)
    hits = np.concatenate(right, 1) if right else np.zeros((len(overlaps), 0), bool)
    row = np.concatenate(rows) if rows else np.empty(0, np.int64)
    return Found(row[order], whole[order, 0].astype(np.int64), whole[order, 1], hits[:, order], wanted)


def _matched(own: Floats, truth: Floats, overlaps: tuple[float, ...]) -> Bools:
    """Whether each box finds something that none with a higher score has found, at each overlap."""
    right = np.zeros((len(overlaps), len(own)), bool)
    if not len(truth) or not len(own):
        return right
    shared = np.where(own[:, :1] == truth[None, :, 0], overlap(own[:, 2:], truth[:, 1:]), 0.0)
    for number, least in enumerate(overlaps):
        free = np.ones(len(truth), bool)
        for place in np.flatnonzero((shared >= least).any(1)):
            best = int(np.where(free, shared[place], -1.0).argmax())
            if free[best] and shared[place, best] >= least:
                right[number, place], free[best] = True, False
    return right


def overlap(one: Floats, other: Floats) -> Floats:
    """Boxes × boxes: the area that two share, as a share of what they cover."""
    low, high = np.maximum(one[:, None, :2], other[None, :, :2]), np.minimum(one[:, None, 2:], other[None, :, 2:])
    shared = (high - low).clip(0).prod(2)
    areas = (one[:, None, 2:] - one[:, None, :2]).prod(2) + (other[None, :, 2:] - other[None, :, :2]).prod(2)
    found: Floats = shared / np.maximum(areas - shared, 1e-9)
    return found
