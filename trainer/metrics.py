"""Metrics, each computed for many resamples at once.

Every function takes counts of shape (resamples, rows) - how often a resample drew each row - and returns one value
per resample, NaN where the metric is undefined (a single class has no ROC). One row of ones is the plain metric.
Definitions follow scikit-learn's: macro F1 over the classes seen or predicted, balanced accuracy over those seen,
ROC AUC by ranks with ties halved, average precision without lines between points; of more than two classes each is
taken against the rest, and the mean of them is told (for average precision: mAP).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trainer.data.columns import Bools, Floats, Ints
from trainer.data.target import Task

Counts = npt.NDArray[np.floating]
Metric = Callable[["Judged", Counts], Floats]

HIGHER_IS_BETTER = {
    "accuracy": True,
    "balanced_accuracy": True,
    "f1": True,
    "roc_auc": True,
    "average_precision": True,
    "log_loss": False,
    "rmse": False,
    "mse": False,
    "mae": False,
    "r2": True,
    "concordance": True,
    "bits_per_byte": False,
    "perplexity": False,
    "token_accuracy": True,
}
SMALLEST = 1e-12
ROUNDING = 1e-14  # of the size of numbers: those that are no further apart are the same number
PAIRS = 2_000_000  # of a positive and a negative row, compared in one table
ORDERED, FEWEST_ORDERED = 1_000_000, 20_000  # pairs × resamples that are asked for their order; pairs of each, at least


@dataclass(frozen=True)
class Judged:
    """Targets and predictions of some rows: probabilities (rows, classes), or one value per row.

    Of texts: each row's bytes, and what `ByToken.told` tells of it (nats, tokens, hits). Of other tasks: what their
    `trainer.measures` say.
    """

    targets: npt.NDArray[np.generic]
    predicted: Floats
    task: Task

    def at(self, rows: npt.NDArray[np.generic]) -> Judged:
        return Judged(self.targets[rows], self.predicted[rows], self.task)

    def __len__(self) -> int:
        return len(self.targets)


def _ratio(above: Floats, below: Floats) -> Floats:
    found: Floats = np.divide(above, below, out=np.full(np.shape(above), np.nan), where=np.asarray(below) > 0)
    return found


def _hits(judged: Judged, counts: Counts) -> tuple[Floats, Floats, Floats]:
    """Per resample and class: rightly predicted, seen, predicted."""
    classes = judged.predicted.shape[1]
    targets, chosen = judged.targets.astype(np.int64), judged.predicted.argmax(axis=1)
    seen, said = np.eye(classes, dtype=counts.dtype)[targets], np.eye(classes, dtype=counts.dtype)[chosen]
    return counts @ (seen * said), counts @ seen, counts @ said


def accuracy(judged: Judged, counts: Counts) -> Floats:
    right = (judged.predicted.argmax(axis=1) == judged.targets).astype(counts.dtype)
    return _ratio(counts @ right, counts.sum(axis=1))


def balanced_accuracy(judged: Judged, counts: Counts) -> Floats:
    right, seen, _ = _hits(judged, counts)
    return _nanmean(_ratio(right, seen))


def f1(judged: Judged, counts: Counts) -> Floats:
    right, seen, said = _hits(judged, counts)
    return _nanmean(_ratio(2 * right, seen + said))


def _nanmean(values: Floats) -> Floats:
    known = ~np.isnan(values)
    return _ratio(np.where(known, values, 0.0).sum(axis=1), known.sum(axis=1).astype(float))


def roc_auc(judged: Judged, counts: Counts) -> Floats:
    classes = judged.predicted.shape[1]
    if classes < 2:  # noqa: PLR2004 - one class has nothing to be told from
        return np.full(len(counts), np.nan)
    chosen = [1] if classes == 2 else range(classes)  # noqa: PLR2004
    return _nanmean(np.stack([_auc(judged.predicted[:, c], judged.targets == c, counts) for c in chosen], axis=1))


def _auc(scores: Floats, positive: Bools, counts: Counts) -> Floats:
    """The share of (positive, negative) pairs in the right order, ties counting half."""
    if positive.sum() * (~positive).sum() <= PAIRS:
        ours, theirs = scores[positive][:, None], scores[~positive][None, :]
        order = (ours > theirs).astype(counts.dtype) + (ours == theirs).astype(counts.dtype) / 2
        above, below = counts[:, positive], counts[:, ~positive]
        right = ((above @ order) * below).sum(axis=1)
    else:
        above, below, right = _ranked(scores, positive, counts)
    return _ratio(right, above.sum(axis=1) * below.sum(axis=1))


def _ranked(scores: Floats, positive: Bools, counts: Counts) -> tuple[Counts, Counts, Counts]:
    """The same by sorting, where a table of all pairs would not fit."""
    order = np.argsort(scores, kind="stable")
    groups = np.flatnonzero(np.r_[True, np.diff(scores[order]) > 0])
    by_score = counts[:, order]
    above = np.add.reduceat(by_score * positive[order], groups, axis=1)
    below = np.add.reduceat(by_score * ~positive[order], groups, axis=1)
    return above, below, (above * (np.cumsum(below, axis=1) - below / 2)).sum(axis=1)


def average_precision(judged: Judged, counts: Counts) -> Floats:
    """Of two classes, the second's; of more, the mean over those that the resample drew rows of (mAP)."""
    classes = judged.predicted.shape[1]
    if classes < 2:  # noqa: PLR2004 - one class has nothing to be told from
        return np.full(len(counts), np.nan)
    chosen = [1] if classes == 2 else range(classes)  # noqa: PLR2004
    found = [_average_precision(judged.predicted[:, c], judged.targets == c, counts) for c in chosen]
    return _nanmean(np.stack(found, axis=1))


def _average_precision(scores: Floats, positive: Bools, counts: Counts) -> Floats:
    """The mean over positive rows of the precision among all that score as high as each; equal scores come together."""
    order = np.argsort(-scores, kind="stable")
    ends = np.flatnonzero(np.r_[np.diff(scores[order]) < 0, True])  # of each run of equal scores
    places = np.flatnonzero(positive[order])
    last = ends[np.searchsorted(ends, places)]
    found = counts[:, order[places]]
    right = np.cumsum(found, axis=1)[:, np.searchsorted(places, last, side="right") - 1]
    taken = np.cumsum(counts[:, order], axis=1)[:, last]
    return _ratio((right / np.maximum(taken, 1) * found).sum(axis=1), found.sum(axis=1))


def log_loss(judged: Judged, counts: Counts) -> Floats:
    likely = judged.predicted[np.arange(len(judged)), judged.targets.astype(np.int64)]
    return _ratio(counts @ -np.log(np.clip(likely, SMALLEST, 1.0)).astype(counts.dtype), counts.sum(axis=1))


def mse(judged: Judged, counts: Counts) -> Floats:
    return _ratio(counts @ ((judged.predicted - judged.targets.astype(float)) ** 2), counts.sum(axis=1))


def rmse(judged: Judged, counts: Counts) -> Floats:
    return np.sqrt(mse(judged, counts))


def mae(judged: Judged, counts: Counts) -> Floats:
    return _ratio(counts @ np.abs(judged.predicted - judged.targets.astype(float)), counts.sum(axis=1))


def r2(judged: Judged, counts: Counts) -> Floats:
    targets = judged.targets.astype(float)
    centered = targets - (targets.mean() if len(targets) else 0.0)
    rows = counts.sum(axis=1)
    spread = _ratio(counts @ centered**2, rows) - _ratio(counts @ centered, rows) ** 2
    return explained(_ratio(counts @ ((judged.predicted - targets) ** 2), rows), spread, targets)


def explained(wrong: Floats, spread: Floats, targets: Floats) -> Floats:
    """R² from mean squares; NaN where targets do not vary, whatever they are measured in."""
    far = float(np.abs(targets - targets.mean()).max()) if targets.size else 0.0
    varies = far > ROUNDING * float(np.abs(targets).max(initial=0.0))
    found: Floats = np.where(varies & (spread > SMALLEST * far**2), 1.0 - _ratio(wrong, spread), np.nan)
    return found


def concordance(judged: Judged, counts: Counts) -> Floats:
    """Of pairs of rows with different targets the share in the right order, equal predictions counting half.

    Harrell, Lee and Mark, Statistics in Medicine 15 (1996), section 5. Of many rows a sample of the pairs is asked.
    """
    one, other = _pairs(len(judged), ORDERED if len(counts) == 1 else ORDERED // len(counts))
    targets = judged.targets.astype(float)
    apart = np.sign(targets[one] - targets[other])
    one, other, apart = one[apart != 0], other[apart != 0], apart[apart != 0]
    right = ((1 + apart * np.sign(judged.predicted[one] - judged.predicted[other])) / 2).astype(counts.dtype)
    drawn = counts[:, one] * counts[:, other]
    return _ratio(drawn @ right, drawn.sum(axis=1))


def _pairs(rows: int, most: int) -> tuple[Ints, Ints]:
    """Different rows, each pair once; so many pairs at random where there are more."""
    most = max(most, FEWEST_ORDERED)
    if rows * (rows - 1) // 2 <= most:
        one, other = np.triu_indices(rows, 1)
        return one, other
    drawn = np.random.Generator(np.random.PCG64(rows)).integers(0, rows, (2, most))
    drawn = drawn[:, drawn[0] != drawn[1]]
    return drawn[0], drawn[1]


def bits_per_byte(judged: Judged, counts: Counts) -> Floats:
    """How many bits a byte of text costs whoever knows the model: the same measure for every vocabulary."""
    return _ratio(counts @ judged.predicted[:, 0] / np.log(2), counts @ judged.targets.astype(float))


def perplexity(judged: Judged, counts: Counts) -> Floats:
    """Among how many equally likely tokens the model hesitates."""
    return np.exp(_ratio(counts @ judged.predicted[:, 0], counts @ judged.predicted[:, 1]))


def token_accuracy(judged: Judged, counts: Counts) -> Floats:
    return _ratio(counts @ judged.predicted[:, 2], counts @ judged.predicted[:, 1])


CLASSIFICATION: Mapping[str, Metric] = {
    "accuracy": accuracy,
    "balanced_accuracy": balanced_accuracy,
    "f1": f1,
    "roc_auc": roc_auc,
    "average_precision": average_precision,
    "log_loss": log_loss,
}
REGRESSION: Mapping[str, Metric] = {"rmse": rmse, "mse": mse, "mae": mae, "r2": r2, "concordance": concordance}
LANGUAGE: Mapping[str, Metric] = {
    "bits_per_byte": bits_per_byte,
    "perplexity": perplexity,
    "token_accuracy": token_accuracy,
}


def counts_of(drawn: Ints, rows: int) -> Counts:
    """How often each resample (a row of `drawn`) drew each of the rows."""
    shifted = drawn + np.arange(len(drawn))[:, None] * rows
    return np.bincount(shifted.ravel(), minlength=len(drawn) * rows).reshape(len(drawn), rows).astype(np.float32)
