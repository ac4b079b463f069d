"""Who is held out: per organization, stratified by class, from the seed and the row order only; or by time.

An organization's part depends on its own rows alone, so it stays the same whoever else takes part. By time, all parts
end at one moment: what one organization's past tells may be another's future. By group, everyone's rows of one value
stay together, once or fold by fold: a model may know nothing of a molecule, a machine or a state that it is judged by.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trainer.contract import Split
from trainer.data.columns import Bools, Floats, Ints
from trainer.data.target import Target
from trainer.seeding import derive, numpy_generator


@dataclass(frozen=True)
class Part:
    """Row numbers of one division, over all organizations."""

    train: Ints
    validation: Ints
    test: Ints


def divide(
    owner: Ints, slugs: list[str], target: Target, split: Split, seed: int, together: Ints | None = None
) -> list[Part]:
    """One part for a holdout, one per fold for k-fold; rows with the same number in `together` stay together.

    Or one for each organization, all of whose rows it judges; what others have too they do not learn from then.
    """
    if split.by_organization:
        return [_by_others(owner, place, slugs, target, split, seed, together) for place in range(len(slugs))]
    if together is not None:
        return _whole(owner, slugs, target, split, seed, together)
    strata = _strata(target)
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


def _strata(target: Target) -> Ints:
    return (target.values if target.task == "classification" else np.zeros(len(target.values))).astype(np.int64)


def _by_others(
    owner: Ints, place: int, slugs: list[str], target: Target, split: Split, seed: int, together: Ints | None
) -> Part:  # fmt: skip
    if together is None:
        return _part(owner, place, owner, slugs, _strata(target), split, seed)
    test = np.flatnonzero(owner == place)
    rest = np.flatnonzero((owner != place) & ~np.isin(together, together[test]))
    first = rest[np.sort(np.unique(together[rest], return_index=True)[1])]  # of those that stay together
    chosen = hold_out_validation(first, owner, slugs, _strata(target), split, seed)
    validates = np.isin(together[rest], together[chosen])
    return Part(rest[~validates], rest[validates], test)


def _whole(owner: Ints, slugs: list[str], target: Target, split: Split, seed: int, together: Ints) -> list[Part]:
    """Those that stay together are divided like rows, each as the first of its rows is."""
    _, first, unit = np.unique(together, return_index=True, return_inverse=True)
    order = np.argsort(first)  # in the order of the rows
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.arange(len(order))
    first, unit = first[order], ranks[unit]
    units = Target(target.task, target.labels, target.values[first])
    parts = divide(owner[first], slugs, units, split, seed)
    return [
        Part(*(np.flatnonzero(np.isin(unit, some)) for some in (part.train, part.validation, part.test)))
        for part in parts
    ]


def by_group(groups: Ints, names: list[str], split: Split, seed: int) -> Part | None:
    """Whole groups are held out and validate, at random by their names; None where all rows are of one group."""
    test = _some_groups(groups, names, split.test_fraction, seed, "test")
    return None if test is None else _grouped(groups, names, test, split, seed)


def by_group_folds(
    groups: Ints, names: list[str], owner: Ints, target: Target, split: Split, seed: int
) -> list[Part] | None:
    """Every group is held out once, whole; None where there are fewer groups than folds.

    The largest groups are given away first, each to the fold that has least of its kind: of its organizations' rows,
    and of its classes' where there are classes. So folds are as alike as whole groups let them be, and which they are
    follows from sizes, names and the seed alone.
    """
    present, group = np.unique(groups, return_inverse=True)
    if len(present) < split.folds:
        return None
    kinds = np.unique(np.stack([owner, _strata(target)], 1), axis=0, return_inverse=True)[1].reshape(-1)
    of_kind, size = np.bincount(kinds), np.bincount(group)
    # A table of all groups by all kinds might be long, and most of it nothing.
    both, rows = np.unique(group * len(of_kind) + kinds, return_counts=True)
    begins = np.searchsorted(both, np.arange(len(present) + 1) * len(of_kind))
    held, full = np.zeros((split.folds, len(of_kind))), np.zeros(split.folds)
    fold_of = np.empty(len(present), np.int64)
    drawn = [derive(seed, "group", "fold", names[one]) for one in present.tolist()]
    for place in sorted(range(len(present)), key=lambda one: (-size[one], drawn[one])):
        own = slice(begins[place], begins[place + 1])
        kind = both[own] % len(of_kind)
        alike = held[:, kind] @ (rows[own] / of_kind[kind])
        chosen = np.lexsort((full, alike))[0]  # one that has nothing yet is first
        fold_of[place] = chosen
        held[chosen, kind] += rows[own]
        full[chosen] += size[place]
    return [_grouped(groups, names, fold_of[group] == fold, split, seed) for fold in range(split.folds)]


def _grouped(groups: Ints, names: list[str], test: Bools, split: Split, seed: int) -> Part:
    """To judge those rows: whole groups of the others validate."""
    rest = np.flatnonzero(~test)
    held = rest[:0]
    if split.validation_fraction:
        found = _some_groups(groups[rest], names, split.validation_fraction, seed, "validation")
        held = held if found is None else rest[found]
    return Part(np.setdiff1d(rest, held, assume_unique=True), held, np.flatnonzero(test))


def _some_groups(groups: Ints, names: list[str], fraction: float, seed: int, purpose: str) -> Bools | None:
    """Rows of groups that make up nearly that share: at least one group, and never all."""
    present, counts = np.unique(groups, return_counts=True)
    if len(present) < 2:  # noqa: PLR2004 - to learn from and to judge by
        return None
    size = dict(zip(present.tolist(), counts.tolist(), strict=True))
    wanted, held, chosen = fraction * len(groups), 0, list[int]()
    for group in sorted(size, key=lambda one: derive(seed, "group", purpose, names[one])):
        if held + size[group] / 2 < wanted and len(chosen) + 1 < len(size):
            chosen.append(group)
            held += size[group]
    found: Bools = np.isin(groups, chosen or [min(size, key=size.__getitem__)])
    return found


def by_time(times: Floats, split: Split, ends: Floats | None = None) -> Part | None:
    """The latest moments are held out, those before them validate; None where all rows are of one moment.

    Rows of the same moment stay together, so the shares are as near as they can be to those asked for. Rows whose
    target reaches on to `ends` are learnt from, or validate, only where that is before the next part begins.
    """
    test = _latest(times, split.test_fraction)
    return None if test is None else _before(times, np.flatnonzero(test), split, times if ends is None else ends)


def parts_of(times: Floats, split: Split, ends: Floats | None = None) -> list[Part]:
    """By time, once or again and again; none where all rows are of one moment."""
    if split.kind == "walk-forward":
        return walk_forward(times, split, ends)
    part = by_time(times, split, ends)
    return [] if part is None else [part]


def walk_forward(times: Floats, split: Split, ends: Floats | None = None) -> list[Part]:
    """The latest moments in blocks of nearly as many rows, each judged by what was before it; so many as there can be.

    Of each block the past is all that was before, earlier blocks included.
    """
    test = _latest(times, split.test_fraction)
    if test is None:
        return []
    moments, counts = np.unique(times[test], return_counts=True)
    block = np.minimum(np.cumsum(counts) - counts, test.sum() - 1) * split.folds // test.sum()
    parts = []
    for number in np.unique(block).tolist():
        own = moments[block == number]
        rows = np.flatnonzero((times >= own[0]) & (times <= own[-1]))
        parts.append(_before(times, rows, split, times if ends is None else ends))
    return parts


def _before(times: Floats, test: Ints, split: Split, ends: Floats) -> Part:
    """To judge those rows: of what ended before they begin the latest validate, the others are learnt from."""
    rest = np.flatnonzero(ends < times[test].min())
    validation = _latest(times[rest], split.validation_fraction) if split.validation_fraction else None
    if validation is None:
        return Part(rest, rest[:0], test)
    held, before = rest[validation], rest[~validation]
    return Part(before[ends[before] < times[held].min()], held, test)


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
