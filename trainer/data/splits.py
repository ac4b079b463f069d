"""Who is held out: per organization, stratified by class, from the seed and the row order only; or by time.

An organization's part depends on its own rows alone, so it stays the same whoever else takes part. By time, all parts
end at one moment: what one organization's past tells may be another's future.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trainer.contract import Split
from trainer.data.columns import Bools, Floats, Ints
from trainer.data.target import Target
from trainer.seeding import numpy_generator


@dataclass(frozen=True)
class Part:
    """Row numbers of one division, over all organizations."""

    train: Ints
    validation: Ints
    test: Ints


def divide(owner: Ints, slugs: list[str], target: Target, split: Split, seed: int) -> list[Part]:
    """One part for a holdout, one per fold for k-fold."""
    strata = target.values.astype(np.int64) if target.task == "classification" else np.zeros(len(owner), np.int64)
    folds = split.folds if split.kind == "k-fold" else 1
    fold_of = np.full(len(owner), -1, np.int64)  # -1: never held out
    for number, slug in enumerate(slugs):
        rows = np.flatnonzero(owner == number)
        order = _mixed(rows, strata[rows], numpy_generator(seed, "split", slug))
        if split.kind == "k-fold":
            fold_of[order] = np.arange(len(order)) % folds
        else:
            fold_of[_every(order, split.test_fraction)] = 0
    return [_part(fold_of, fold, owner, slugs, strata, split, seed) for fold in range(folds)]


def by_time(times: Floats, split: Split) -> Part | None:
    """The latest moments are held out, those before them validate; None where all rows are of one moment.

    Rows of the same moment stay together, so the shares are as near as they can be to those asked for.
    """
    test = _latest(times, split.test_fraction)
    if test is None:
        return None
    earlier = times[~test]
    validation = _latest(earlier, split.validation_fraction) if split.validation_fraction else None
    rest = np.flatnonzero(~test)
    held = rest[:0] if validation is None else rest[validation]
    return Part(np.setdiff1d(rest, held, assume_unique=True), held, np.flatnonzero(test))


def _latest(times: Floats, fraction: float) -> Bools | None:
    """The rows from that moment on which leaves the share of them nearest to `fraction`, and at least one before it."""
    moments, counts = np.unique(times, return_counts=True)
    if len(moments) < 2:  # noqa: PLR2004 - before and after
        return None
    shares = 1 - np.cumsum(counts)[:-1] / len(times)  # of what is later than each moment but the last
    found: Bools = times > moments[np.abs(shares - fraction).argmin()]
    return found


def hold_out_validation(rows: Ints, owner: Ints, slugs: list[str], strata: Ints, split: Split, seed: int) -> Ints:
    """The validation rows among `rows`: a share of every organization's, stratified."""
    chosen = []
    for number, slug in enumerate(slugs):
        own = rows[owner[rows] == number]
        order = _mixed(own, strata[own], numpy_generator(seed, "validation", slug))
        chosen.append(_every(order, split.validation_fraction))
    return np.sort(np.concatenate(chosen))


def _part(fold_of: Ints, fold: int, owner: Ints, slugs: list[str], strata: Ints, split: Split, seed: int) -> Part:
    rest, test = np.flatnonzero(fold_of != fold), np.flatnonzero(fold_of == fold)
    validation = hold_out_validation(rest, owner, slugs, strata, split, seed)
    return Part(np.setdiff1d(rest, validation, assume_unique=True), validation, test)


def _mixed(rows: Ints, strata: Ints, generator: np.random.Generator) -> Ints:
    """The rows class by class, at random within each: taking every n-th of them is a stratified sample."""
    shuffled = generator.permutation(len(rows))
    return rows[shuffled[np.argsort(strata[shuffled], kind="stable")]]


def _every(order: Ints, fraction: float) -> Ints:
    """A systematic sample of that share; at least one row and never all of them, where there are two."""
    count = round(len(order) * fraction)
    if fraction > 0 and len(order) > 1:
        count = min(max(count, 1), len(order) - 1)
    if count == 0 or len(order) <= 1:
        return order[:0]
    return order[((np.arange(count) + 0.5) * len(order) / count).astype(np.int64)]
