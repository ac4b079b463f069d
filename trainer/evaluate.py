"""What the model is worth, overall and to each organization: the numbers behind every plot of `evaluation.json`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
from torch import Tensor

from trainer.contract import N_, JobSpec, Split
from trainer.data.columns import Bools, Floats, Ints
from trainer.evaluation.examples import viewable
from trainer.evaluation.residuals import residuals
from trainer.failures import TrainingError
from trainer.intervals import with_intervals
from trainer.metrics import Judged
from trainer.recipes.parameters import TrainingParameters
from trainer.recipes.program import Source
from trainer.tasks import HIGHER_IS_BETTER, JUDGING, main_metric

POINTS_OF_ROC, BINS = 200, 10
FEWEST = 5  # rows behind a mean, where terms do not let everyone see rows
TOGETHER = "together"

Measured = Callable[[str, int | None], dict[str, Any]]  # a series, and an organization's place or None


def finite(outputs: Tensor) -> Tensor:
    """The same on the CPU; TrainingError where there are answers that no float holds: they have no score."""
    told = outputs.cpu()
    if wrong := int((~told.isfinite()).any(1).sum()):
        raise TrainingError(
            "numeric",
            N_("The answers to %(count)s held-out rows are no finite numbers."),
            N_("Look for values beyond all measure in the fields; mend them, or leave the field out."),
            count=wrong,
        )
    return told


def evaluate(
    source: Source,
    spec: JobSpec,
    parameters: TrainingParameters,
    judged: Mapping[str, Judged],
    held_out: Mapping[str, Ints],
) -> dict[str, Any]:
    """`judged` and `held_out` by series: "together", and each organization's slug for the model it trained alone."""
    metric = main_metric(source.target, parameters.main_metric)

    @cache
    def measured(name: str, place: int | None) -> dict[str, Any]:
        """That model on that organization's held-out part, or on the common one."""
        rows = held_out[name]
        inside = np.arange(len(rows)) if place is None else np.flatnonzero(source.owner[rows] == place)
        return with_intervals(judged[name].at(inside), parameters.bootstrap_samples, spec.seed)

    test = held_out[TOGETHER]
    overall, parties = measured(TOGETHER, None), source.parties
    organizations = [
        {
            "organization": party.slug,
            "name": party.name,
            "rows": _rows(source, test, place, everyone_trains=spec.split.folded),
            **_compared(place, {"alone": party.slug, TOGETHER: TOGETHER}, judged, measured, single=len(parties) == 1),
        }
        for place, party in enumerate(parties)
    ]
    shown = viewable(spec, source)[source.owner[test]]
    return {
        "task": source.target.task,
        "primary_metric": {"name": metric, "higher_is_better": HIGHER_IS_BETTER[metric]},
        "split": _split(spec.split, parties=len(parties)) | {"seed": spec.seed},
        "overall": {"rows": len(test), "metrics": overall},
        "organizations": organizations,
        "weighted": {series: _weighted(organizations, series) for series in ("alone", TOGETHER)},
        **_plots(judged[TOGETHER], source.target.labels, shown, masked=spec.target in spec.masked),
    }


def _split(split: Split, *, parties: int) -> dict[str, Any]:
    told: dict[str, Any] = split.model_dump(mode="json")
    return told | {"folds": parties} if split.by_organization else told


def _rows(source: Source, test: Ints, place: int, *, everyone_trains: bool) -> dict[str, int]:
    """Of a k-fold every row is trained on, in some fold and in the published model."""
    total, own = int((source.owner == place).sum()), int((source.owner[test] == place).sum())
    return {"train": total if everyone_trains else total - own, "test": own}


def _compared(
    place: int, names: dict[str, str], judged: Mapping[str, Judged], measured: Measured, *, single: bool
) -> dict[str, Any]:
    """An organization's two models on its own part and on the common one, which is the same for a single one."""
    present = {series: name for series, name in names.items() if name in judged}
    part = None if single else place
    return {
        "own": {series: measured(name, part) for series, name in present.items()},
        "common": {series: measured(name, None) for series, name in present.items()},
    }


def _weighted(organizations: list[dict[str, Any]], series: str) -> dict[str, float | None]:
    """Each metric's mean over organizations on their own held-out parts, weighted by their rows."""
    entries = [(item["own"][series], item["rows"]["test"]) for item in organizations if series in item["own"]]
    found: dict[str, float | None] = {}
    for name in entries[0][0] if entries else ():
        known = [(own[name]["value"], rows) for own, rows in entries if own[name]["value"] is not None]
        total = sum(rows for _, rows in known)
        found[name] = sum(value * rows for value, rows in known) / total if total else None
    return found


def _plots(judged: Judged, labels: list[str], shown: Bools, *, masked: bool) -> dict[str, Any]:
    if judged.task == "classification":
        return _of_classes(judged, labels, fewest=1 if shown.all() and not masked else FEWEST)
    if judged.task == "regression":
        return residuals(judged, shown, masked=masked)
    return _of_texts(judged) if judged.task in {"language", "masked"} else JUDGING[judged.task].plots(judged)


def _of_texts(judged: Judged) -> dict[str, Any]:
    """How hard the held-out pieces were, in bits per byte."""
    known = judged.targets.astype(float) > 0
    bits = judged.predicted[known, 0] / np.log(2) / judged.targets[known].astype(float)
    counts, edges = np.histogram(bits, bins=30)
    return {"surprise": {"edges": edges.tolist(), "counts": counts.tolist()}}


def _of_classes(judged: Judged, labels: list[str], *, fewest: int) -> dict[str, Any]:
    targets, chosen = judged.targets.astype(np.int64), judged.predicted.argmax(axis=1)
    matrix = np.bincount(targets * len(labels) + chosen, minlength=len(labels) ** 2).reshape(len(labels), -1)
    shown = range(1, 2) if len(labels) == 2 else range(len(labels))  # noqa: PLR2004 - of two, one curve says all
    found = {
        "confusion": {"labels": labels, "matrix": matrix.tolist()},
        "roc": [_roc(judged.predicted[:, c], targets == c, labels[c]) for c in shown],
    }
    if len(labels) == 2:  # noqa: PLR2004 - as above
        found["calibration"] = calibration(judged.predicted[:, 1], targets, fewest)
    return found


def _roc(scores: np.ndarray[Any, Any], positive: np.ndarray[Any, Any], label: str) -> dict[str, Any]:
    order = np.argsort(-scores, kind="stable")
    ends = np.flatnonzero(np.r_[np.diff(scores[order]) < 0, True]) if len(order) else np.empty(0, np.int64)
    above, below = positive.sum(), (~positive).sum()
    if not above or not below:
        return {"label": label, "auc": None, "points": []}
    right = np.r_[0.0, np.cumsum(positive[order])[ends] / above]
    wrong = np.r_[0.0, np.cumsum(~positive[order])[ends] / below]
    kept = np.unique(np.linspace(0, len(right) - 1, POINTS_OF_ROC).astype(np.int64))
    points = np.stack([wrong[kept], right[kept]], axis=1).round(5).tolist()
    return {"label": label, "auc": float(np.trapezoid(right, wrong)), "points": points}


def calibration(likely: Floats, targets: Ints, fewest: int) -> list[dict[str, float]]:
    """What was said and what happened, in tenths of what was said; those with fewer rows join their neighbours.

    Of a single row both would tell its class to whoever asks the model about it.
    """
    order = np.argsort(likely, kind="stable")
    bins = np.minimum((likely[order] * BINS).astype(np.int64), BINS - 1)
    parts: list[Ints] = []
    for rows in np.split(order, np.flatnonzero(np.diff(bins)) + 1):
        if parts and len(parts[-1]) < fewest:
            parts[-1] = np.concatenate([parts[-1], rows])
        else:
            parts.append(rows)
    if len(parts) > 1 and len(parts[-1]) < fewest:
        parts[-2:] = [np.concatenate(parts[-2:])]
    return [
        {"predicted": float(likely[rows].mean()), "observed": float(targets[rows].mean()), "rows": len(rows)}
        for rows in parts
        if len(rows) >= fewest
    ]
