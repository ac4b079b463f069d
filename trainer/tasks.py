"""What each task is judged by: its metrics, which of them comes first, and the numbers behind its plots."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from trainer import metrics
from trainer.data.target import Target, Task
from trainer.measures import detection, forecast, generation, restoration, retrieval
from trainer.metrics import Judged, Metric

BY_ROW = ("classification", "regression")  # tasks in which each row has one answer, right or wrong


def no_plots(judged: Judged) -> dict[str, Any]:
    """For tasks whose metrics say it all."""
    return {}


@dataclass(frozen=True)
class Judging:
    """A task's measures. `plots` gives parts of `evaluation.json` from the predictions of the held-out rows."""

    metrics: Mapping[str, Metric]
    main: str
    plots: Callable[[Judged], dict[str, Any]] = no_plots


JUDGING: Mapping[Task, Judging] = {
    "classification": Judging(metrics.CLASSIFICATION, "accuracy"),
    "regression": Judging(metrics.REGRESSION, "rmse"),
    "language": Judging(metrics.LANGUAGE, "bits_per_byte"),
    "masked": Judging(metrics.LANGUAGE, "bits_per_byte"),  # of the hidden tokens alone
    "forecast": Judging(forecast.METRICS, "mae", forecast.horizon),
    "restoration": Judging(restoration.METRICS, "psnr"),
    "detection": Judging(detection.METRICS, "map_50"),
    "generation": Judging(generation.METRICS, "frechet_distance", generation.beside),
    "retrieval": Judging(retrieval.METRICS, "recall_at_1"),
}
HIGHER_IS_BETTER: Mapping[str, bool] = {
    **metrics.HIGHER_IS_BETTER,
    **forecast.HIGHER_IS_BETTER,
    **restoration.HIGHER_IS_BETTER,
    **detection.HIGHER_IS_BETTER,
    **generation.HIGHER_IS_BETTER,
    **retrieval.HIGHER_IS_BETTER,
}


def main_metric(target: Target, asked: str) -> str:
    """The one that was asked for where the task has it; else the task's own, which of two classes is the AUC."""
    judging = JUDGING[target.task]
    if asked in judging.metrics:
        return asked
    return "roc_auc" if target.task == "classification" and len(target.labels) == 2 else judging.main  # noqa: PLR2004


def plain(name: str, judged: Judged) -> float | None:
    """The metric over all rows; None where it is undefined."""
    if not len(judged):
        return None
    value = float(JUDGING[judged.task].metrics[name](judged, np.ones((1, len(judged))))[0])
    return value if np.isfinite(value) else None
