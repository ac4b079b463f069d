"""Which models a job trains, in which order: together first, then each organization alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from trainer.contract import N_, JobSpec, SpecError
from trainer.data.columns import Ints
from trainer.data.grouping import groups_of
from trainer.data.splits import Part, by_group, by_group_folds, divide, parts_of
from trainer.data.times import times_of
from trainer.failures import TrainingError
from trainer.recipes.parameters import TrainingParameters
from trainer.recipes.program import Source

FEWEST_MASKED = 20  # groups of a masked field, as many as there can be folds


@dataclass(frozen=True)
class Fit:
    """One model to be trained; `test` are all organizations' held-out rows of its fold."""

    series: Literal["together", "alone"]
    organization: int | None  # place of the organization that trains alone
    fold: int | None
    train: Ints
    validation: Ints
    test: Ints
    published: bool = False

    @property
    def key(self) -> str:
        return f"{self.series}/{self.organization}/{self.fold}"


def plan(source: Source, spec: JobSpec, parameters: TrainingParameters) -> list[Fit]:
    """A holdout publishes the model that it judges; folds are judged each, and one model of all rows is published."""
    slugs = [party.slug for party in source.parties]
    parts = _parts(source, spec, slugs)
    _check_others(source, spec, parts)
    if not parts or any(not len(part.train) for part in parts) or not any(len(part.test) for part in parts):
        raise TrainingError(
            "data",
            N_("There are too few rows to train on some and judge by others."),
            N_("Add data; every organization should bring dozens of rows at least."),
        )
    folds: list[int | None] = list(range(1, len(parts) + 1)) if spec.split.folded else [None]
    numbered = list(zip(folds, parts, strict=True))
    fits = [Fit("together", None, f, p.train, p.validation, p.test, published=f is None) for f, p in numbered]
    if spec.split.folded:
        nothing = np.empty(0, np.int64)
        fits.append(Fit("together", None, None, np.arange(len(source.owner)), nothing, nothing, published=True))
    if parameters.baselines and len(slugs) > 1 and not spec.split.by_organization:  # none judges itself alone there
        for place in range(len(slugs)):
            for fold, part in numbered:
                own, checked = (rows[source.owner[rows] == place] for rows in (part.train, part.validation))
                if len(own):  # a single row may be the one held out
                    fits.append(Fit("alone", place, fold, own, checked, part.test))
    return fits


def _parts(source: Source, spec: JobSpec, slugs: list[str]) -> list[Part]:
    """A source whose rows are not all that have a target says which of the files they are, or what else it knows."""
    if spec.split.kind in ("holdout", "k-fold", "organization"):
        return divide(source.owner, slugs, source.target, spec.split, spec.seed, _together(source, spec))
    pieces = source.target.task in {"language", "masked"}  # of texts, which no row tells
    if pieces and not hasattr(source, "file_rows"):
        raise SpecError(N_("Texts that a model learns to write cannot be divided by time or by groups."), field="split")
    return _by_group(source, spec) if spec.split.grouped else _by_time(source, spec)


def _by_time(source: Source, spec: JobSpec) -> list[Part]:
    times = getattr(source, "times", None)
    times = times_of(spec, spec.split.time, getattr(source, "file_rows", None)).values if times is None else times
    return parts_of(times, spec.split, getattr(source, "ends", None))


def _by_group(source: Source, spec: JobSpec) -> list[Part]:
    own = getattr(source, "group_of", None)
    found = own(spec.split.group) if own else None
    groups, names = found or groups_of(spec, spec.split.group, getattr(source, "file_rows", None))
    _check_masked(spec, len(np.unique(groups)))
    if spec.split.folded:
        parts = by_group_folds(groups, names, source.owner, source.target, spec.split, spec.seed)
        return _enough(parts, spec, len(np.unique(groups)))
    part = by_group(groups, names, spec.split, spec.seed)
    if part is None:
        raise TrainingError(
            "data",
            N_("All rows have the same “%(field)s”, so there is no group to hold out."),
            N_("Choose a field that tells groups apart, or hold out rows in another way."),
            field=spec.split.group,
        )
    return [part]


def _together(source: Source, spec: JobSpec) -> Ints | None:
    """Rows that hold the same, by their numbers.

    Whole organizations are held out, so what is left of the others would tell how many rows of theirs somebody guessed;
    where not everyone may see all, only an organization's own rows count as the same.
    """
    same: Ints | None = getattr(source, "together", None)
    if same is None or not spec.split.by_organization or spec.is_open:
        return same
    return same * len(source.parties) + source.owner


def _check_others(source: Source, spec: JobSpec, parts: list[Part]) -> None:
    """Whether something is left to learn from that does not stand among what judges it."""
    emptied = any(not len(one.train) and len(one.validation) + len(one.test) < len(source.owner) for one in parts)
    if spec.split.by_organization and emptied:
        raise TrainingError(
            "data",
            N_("Organizations hold nearly the same data: nothing is left to learn from that is not held out as well."),
            N_("Hold out rows in another way, or bring data that the others do not have."),
        )


def _check_masked(spec: JobSpec, groups: int) -> None:
    """The same for every number of folds and every share: who asks again and again learns one thing, and no number."""
    if spec.split.group in spec.masked and groups < FEWEST_MASKED:
        raise TrainingError(
            "data",
            N_("“%(field)s” is masked and tells fewer than %(least)s groups apart, which could be counted by parts."),
            N_("Hold out rows in another way, or divide them by a field that may be seen."),
            field=spec.split.group,
            least=FEWEST_MASKED,
        )


def _enough(parts: list[Part] | None, spec: JobSpec, groups: int) -> list[Part]:
    if parts is None:
        raise TrainingError(
            "data",
            N_("“%(field)s” tells %(groups)s groups apart, fewer than the %(folds)s folds that each hold out one."),
            N_("Ask for fewer folds, or choose a field that tells more groups apart."),
            field=spec.split.group,
            groups=groups,
            folds=spec.split.folds,
        )
    return parts
