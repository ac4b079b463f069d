"""Metrics against their definitions, and intervals that cover what they should."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

from trainer import metrics
from trainer.intervals import with_intervals
from trainer.metrics import Judged
from trainer.tasks import plain

SCORES = np.array([[0.9, 0.1], [0.4, 0.6], [0.6, 0.4], [0.2, 0.8], [0.5, 0.5], [0.3, 0.7]])
TARGETS = np.array([0, 0, 1, 1, 1, 1])


def by_pairs(scores: np.ndarray, positive: np.ndarray) -> float:
    pairs = [(a > b) + 0.5 * (a == b) for a, b in product(scores[positive], scores[~positive])]
    return float(np.mean(pairs))


def test_classification_by_definition() -> None:
    judged = Judged(TARGETS, SCORES, "classification")
    assert plain("accuracy", judged) == pytest.approx(3 / 6)
    assert plain("balanced_accuracy", judged) == pytest.approx((1 / 2 + 2 / 4) / 2)
    assert plain("f1", judged) == pytest.approx((2 * 1 / (2 + 3) + 2 * 2 / (4 + 3)) / 2)
    assert plain("roc_auc", judged) == pytest.approx(by_pairs(SCORES[:, 1], TARGETS == 1))
    expected = -np.mean(np.log([0.9, 0.4, 0.4, 0.8, 0.5, 0.7]))
    assert plain("log_loss", judged) == pytest.approx(expected)


def test_regression_by_definition() -> None:
    actual, predicted = np.array([1.0, 2.0, 4.0]), np.array([1.5, 2.0, 3.0])
    judged = Judged(actual, predicted, "regression")
    assert plain("mse", judged) == pytest.approx(1.25 / 3)
    assert plain("rmse", judged) == pytest.approx((1.25 / 3) ** 0.5)
    assert plain("mae", judged) == pytest.approx(0.5)
    assert plain("r2", judged) == pytest.approx(1 - 1.25 / (14 / 3))


@pytest.mark.parametrize("pairs", [10**9, 0])
def test_auc_of_tied_and_many_classes_is_the_mean_over_classes(pairs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "PAIRS", pairs)
    random = np.random.default_rng(0)
    scores, targets = random.integers(0, 5, (60, 4)) / 5.0, random.integers(0, 3, 60)
    expected = np.mean([by_pairs(scores[:, c], targets == c) for c in range(3)])
    assert plain("roc_auc", Judged(targets, scores, "classification")) == pytest.approx(expected)


def by_thresholds(scores: np.ndarray, positive: np.ndarray) -> float:
    """Average precision by its definition: at each score, all rows that score so high are taken."""
    found, recall = 0.0, 0.0
    for score in sorted(set(scores.tolist()), reverse=True):
        taken = scores >= score
        now = (positive & taken).sum() / positive.sum()
        found, recall = found + (now - recall) * (positive & taken).sum() / taken.sum(), now
    return found


def test_average_precision_of_many_classes_is_the_mean_over_those_that_are_there() -> None:
    random = np.random.default_rng(0)
    scores, targets = random.integers(0, 5, (60, 4)) / 5.0, random.integers(0, 3, 60)  # ties, and nothing of class 3
    expected = np.mean([by_thresholds(scores[:, c], targets == c) for c in range(3)])
    assert plain("average_precision", Judged(targets, scores, "classification")) == pytest.approx(expected)
    two = Judged(TARGETS, SCORES, "classification")
    assert plain("average_precision", two) == pytest.approx(by_thresholds(SCORES[:, 1], TARGETS == 1))
    assert plain("average_precision", Judged(np.zeros(3, int), SCORES[:3], "classification")) is None


@pytest.mark.parametrize("name", list(metrics.CLASSIFICATION))
def test_resampled_metric_is_the_metric_of_the_resample(name: str) -> None:
    random = np.random.default_rng(1)
    scores = random.dirichlet([1, 1, 1], 40)
    targets = random.integers(0, 3, 40)
    drawn = random.integers(0, 40, (5, 40))
    found = metrics.CLASSIFICATION[name](Judged(targets, scores, "classification"), metrics.counts_of(drawn, 40))
    expected = [plain(name, Judged(targets[rows], scores[rows], "classification")) for rows in drawn]
    assert found == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("unit", [1e-150, 1e-9, 1.0, 1e9])
@pytest.mark.parametrize("task", ["regression", "forecast"])
def test_r2_is_the_same_in_every_unit(unit: float, task: Any) -> None:
    """Concentrations of a billionth vary as much as any other numbers; one number does not, whatever it is."""
    truth, said = np.array([1.0, 2.0, 4.0, 5.0]), np.array([1.5, 2.0, 3.5, 5.0])
    for level, told in ((0.0, 0.95), (1e6, 0.95)):
        targets, predicted = (truth + level) * unit, (said + level) * unit
        if task == "forecast":
            targets, predicted = np.tile(targets[:, None], 3), predicted[:, None]
        assert plain("r2", Judged(targets, predicted, task)) == pytest.approx(told)
    constant = np.full((4, 3) if task == "forecast" else 4, 0.1 * unit)
    assert plain("r2", Judged(constant, predicted, task)) is None


def test_undefined_metrics_say_why() -> None:
    found = with_intervals(Judged(np.array([1, 1]), SCORES[:2], "classification"), 100, 0)
    assert found["roc_auc"] == {
        "value": None,
        "low": None,
        "high": None,
        "reason": "Undefined: only one class is present.",
    }
    assert found["accuracy"]["value"] == 0.5
    nothing = with_intervals(Judged(TARGETS[:0], SCORES[:0], "classification"), 100, 0)
    assert nothing["accuracy"]["value"] is None
    constant = with_intervals(Judged(np.array([2.0, 2.0]), np.array([1.0, 3.0]), "regression"), 100, 0)
    assert constant["r2"]["value"] is None
    assert constant["mae"]["value"] == 1.0


def test_intervals_cover_about_as_often_as_they_say() -> None:
    """The accuracy of a coin that is right in 7 of 10, judged on 100 rows: 95 % of the intervals hold 0.7."""
    random = np.random.default_rng(2)
    held = 0
    for trial in range(200):
        right = random.random(100) < 0.7
        scores = np.where(right[:, None], [0.8, 0.2], [0.2, 0.8])
        entry = with_intervals(Judged(np.zeros(100, np.int64), scores, "classification"), 300, trial)["accuracy"]
        held += entry["low"] <= 0.7 <= entry["high"]
    assert 0.88 <= held / 200 <= 0.99
