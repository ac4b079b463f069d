"""Precision and recall, gain and lift: what is won by looking at the likeliest rows first."""

from __future__ import annotations

from typing import Any

import numpy as np

from trainer.data.columns import Bools, Floats, Ints
from trainer.metrics import Judged

POINTS = 200  # of a curve


def precision_recall(judged: Judged, labels: list[str]) -> dict[str, Any]:
    """A curve per class, of two classes for the second; a class that no row is of has none.

    Average precision is the sum of precisions weighted by the recall that each adds, as scikit-learn has it (Davis and
    Goadrich, The Relationship Between Precision-Recall and ROC Curves, ICML 2006, section 4: no line between points).
    """
    shown = range(1, 2) if len(labels) == 2 else range(len(labels))  # noqa: PLR2004 - of two, one curve says all
    targets = judged.targets.astype(np.int64)
    return {"pr": [_of_class(judged.predicted[:, c], targets == c, labels[c]) for c in shown if (targets == c).any()]}


def _of_class(scores: Floats, positive: Bools, label: str) -> dict[str, Any]:
    taken, right = _as_taken(scores, positive)
    recall, precision = right / positive.sum(), right / taken
    average = float((np.diff(recall, prepend=0.0) * precision).sum())
    points = np.stack([recall, precision], axis=1)[_some(len(recall))].round(5).tolist()
    return {"label": label, "average_precision": average, "points": points}


def gain(judged: Judged, labels: list[str]) -> dict[str, Any]:
    """Of two classes: the share of positives found in the likeliest share of rows, and how many times chance that is.

    `ks` is the largest distance between the shares of positives and of negatives found (Kolmogorov and Smirnov);
    the curves are those of Ling and Li, Data Mining for Direct Marketing, KDD 1998, section 4.
    """
    positive = judged.targets == 1
    if len(labels) != 2 or not positive.any() or positive.all():  # noqa: PLR2004
        return {}
    taken, right = _as_taken(judged.predicted[:, 1], positive)
    found, share = right / positive.sum(), taken / len(positive)
    wrong = (taken - right) / (~positive).sum()
    kept = _some(len(taken))
    return {
        "gain": {
            "ks": float(np.abs(found - wrong).max()),
            "points": [[0.0, 0.0], *np.stack([share, found], axis=1)[kept].round(5).tolist()],
            "lift": np.stack([share, found / share], axis=1)[kept].round(5).tolist(),
        }
    }


def _as_taken(scores: Floats, positive: Bools) -> tuple[Ints, Ints]:
    """Rows taken and positives among them, from the highest score down; equal scores come together."""
    order = np.argsort(-scores, kind="stable")
    ends: Ints = np.flatnonzero(np.r_[np.diff(scores[order]) < 0, True]).astype(np.int64)
    return ends + 1, np.cumsum(positive[order], dtype=np.int64)[ends]


def _some(length: int) -> Ints:
    return np.unique(np.linspace(0, length - 1, POINTS - 1).astype(np.int64))
