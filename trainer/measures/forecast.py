"""How well forecasts come true, beside two that need no model: the last value again, and the last season again.

Targets of a row are what followed, step by step, and behind it those two forecasts; predictions are steps alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from trainer.data.columns import Floats
from trainer.measures.sums import mean, ratio
from trainer.metrics import Counts, Judged, Metric, explained

HIGHER_IS_BETTER = {"smape": False, "median_ape": False, "skill": True}


def parts(judged: Judged) -> tuple[Floats, Floats, Floats]:
    """What followed, the last value again, the last season again; each rows × steps."""
    truth, last, season = np.split(judged.targets.astype(float), 3, axis=1)
    return truth, last, season


def _error(judged: Judged) -> Floats:
    found: Floats = judged.predicted - parts(judged)[0]
    return found


def mae(judged: Judged, counts: Counts) -> Floats:
    return mean(np.abs(_error(judged)).mean(1), counts)


def rmse(judged: Judged, counts: Counts) -> Floats:
    return np.sqrt(mean((_error(judged) ** 2).mean(1), counts))


def smape(judged: Judged, counts: Counts) -> Floats:
    """Error by the mean of forecast and truth (Makridakis, International Journal of Forecasting 9, 1993)."""
    size = (np.abs(judged.predicted) + np.abs(parts(judged)[0])) / 2
    return mean(np.divide(np.abs(_error(judged)), size, out=np.zeros_like(size), where=size > 0).mean(1), counts)


def median_ape(judged: Judged, counts: Counts) -> Floats:
    """Of half the forecasts the error, by what was true, is not larger."""
    truth = np.abs(parts(judged)[0])
    shares = np.divide(np.abs(_error(judged)), truth, out=np.full(truth.shape, np.inf), where=truth > 0).mean(1)
    order = np.argsort(shares)
    reached = np.cumsum(counts[:, order], axis=1)
    place = (reached >= reached[:, -1:] / 2).argmax(1)
    found: Floats = shares[order][place]
    return found


def r2(judged: Judged, counts: Counts) -> Floats:
    """Beside always telling the mean of what followed."""
    truth = parts(judged)[0]
    centered = truth - truth.mean()
    spread = mean((centered**2).mean(1), counts) - mean(centered.mean(1), counts) ** 2
    return explained(mean((_error(judged) ** 2).mean(1), counts), spread, truth)


def skill(judged: Judged, counts: Counts) -> Floats:
    """The share of the error of the better one of the two that the model does away with; below 0 that one is better."""
    truth, last, season = parts(judged)
    naive = [mean(np.abs(one - truth).mean(1), counts) for one in (last, season)]
    return 1 - ratio(mae(judged, counts), np.minimum(*naive))


METRICS: Mapping[str, Metric] = {
    "mae": mae, "rmse": rmse, "smape": smape, "median_ape": median_ape, "r2": r2, "skill": skill,
}  # fmt: skip


def horizon(judged: Judged) -> dict[str, Any]:
    """The mean absolute error of every step ahead, beside that of the two."""
    truth, last, season = parts(judged)
    if not len(truth):
        return {}
    names = ("mae", "naive_mae", "seasonal_mae")
    errors = [np.abs(one - truth).mean(0).tolist() for one in (judged.predicted, last, season)]
    return {
        "horizon": [
            {"step": step, **dict(zip(names, each, strict=True))}
            for step, each in enumerate(zip(*errors, strict=True), start=1)
        ]
    }
