"""95 % intervals by the percentile bootstrap (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, ch. 13)."""

from __future__ import annotations

from typing import Any

import numpy as np

from trainer.contract import N_
from trainer.metrics import Counts, Judged, counts_of
from trainer.seeding import numpy_generator
from trainer.tasks import JUDGING, plain

AT_ONCE = 4_000_000  # counts held in memory at a time
WORK = 5_000_000  # resamples × rows × classes per metric; larger parts take fewer resamples, and need fewer
FEWEST = 100

UNDEFINED = {
    "roc_auc": N_("Undefined: only one class is present."),
    "average_precision": N_("Undefined: no row is of a class to be found."),
    "r2": N_("Undefined: the target does not vary."),
}
NO_ROWS = N_("Undefined: no rows were held out.")
OTHERWISE = N_("Undefined on these rows.")


def with_intervals(judged: Judged, samples: int, seed: int) -> dict[str, dict[str, Any]]:
    """Every metric of the task as {"value", "low", "high"}; null with a reason where it is undefined."""
    names = JUDGING[judged.task].metrics
    values = {name: plain(name, judged) for name in names}
    spread = _resampled(judged, [name for name, value in values.items() if value is not None], samples, seed)
    return {name: _entry(name, value, spread.get(name), rows=len(judged)) for name, value in values.items()}


def _entry(name: str, value: float | None, spread: list[np.ndarray[Any, Any]] | None, *, rows: int) -> dict[str, Any]:
    if value is None:
        return {"value": None, "low": None, "high": None, "reason": UNDEFINED.get(name, OTHERWISE) if rows else NO_ROWS}
    drawn = np.concatenate(spread or [np.empty(0)])
    drawn = drawn[np.isfinite(drawn)]
    low, high = np.percentile(drawn, [2.5, 97.5]).tolist() if len(drawn) else (value, value)
    return {"value": value, "low": min(low, value), "high": max(high, value)}


def _resampled(judged: Judged, names: list[str], samples: int, seed: int) -> dict[str, list[np.ndarray[Any, Any]]]:
    found: dict[str, list[np.ndarray[Any, Any]]] = {name: [] for name in names}
    if not names:
        return found
    classes = judged.predicted.shape[1] if judged.task == "classification" else 1
    samples = max(FEWEST, min(samples, WORK // (len(judged) * classes)))
    generator = numpy_generator(seed, "bootstrap", len(judged))
    chunk = max(1, AT_ONCE // len(judged))
    for begin in range(0, samples, chunk):
        counts = _draw(generator, min(chunk, samples - begin), len(judged))
        for name in names:
            found[name].append(JUDGING[judged.task].metrics[name](judged, counts))
    return found


def _draw(generator: np.random.Generator, samples: int, rows: int) -> Counts:
    return counts_of(generator.integers(0, rows, size=(samples, rows)), rows)
