"""Who reads a regression's picture sees single rows only where terms let everyone see them."""

from __future__ import annotations

import numpy as np
import pytest

from trainer.evaluate import calibration
from trainer.evaluation.conformal import rounded_up
from trainer.evaluation.residuals import around, residuals
from trainer.metrics import Judged


def judged(rows: int) -> Judged:
    actual = np.arange(rows, dtype=float) ** 2
    return Judged(actual, actual + 0.5, "regression")


def test_rows_that_everyone_may_see_are_points_and_the_others_means_of_five_or_more():
    shown = np.arange(23) < 4
    found = residuals(judged(23), shown, masked=False)["residuals"]
    assert found["points"] == [[0.5, 0.0], [1.5, 1.0], [4.5, 4.0], [9.5, 9.0]]
    assert len(found["means"]) == 3
    hidden = (np.arange(4, 23, dtype=float) ** 2).tolist()
    assert not {happened for _, happened in found["means"]} & set(hidden)
    assert found["means"][0][1] == np.mean(hidden[:5])
    assert found["means"][-1][1] == np.mean(hidden[10:])


def test_fewer_than_five_hidden_rows_are_not_drawn():
    found = residuals(judged(4), np.zeros(4, bool), masked=False)["residuals"]
    assert found["points"] == found["means"] == []
    assert sum(found["histogram"]["counts"]) == 4


@pytest.mark.parametrize("errors", [
    [0.123456, -2.71828, 3.14159], [7.654321], [1000.01, 1000.02], [1.5e308, -1.5e308], [5e-324, 0.0], [0.0, 0.0],
])  # fmt: skip
def test_the_histogram_holds_every_error_and_ends_at_none(errors: list[float]) -> None:
    actual = np.zeros(len(errors))
    found = residuals(Judged(actual, np.array(errors), "regression"), np.zeros(len(errors), bool), masked=True)
    histogram = found["residuals"]["histogram"]
    assert sum(histogram["counts"]) == len(errors)
    assert not set(errors) & {histogram["edges"][0], histogram["edges"][-1]}
    assert np.isfinite(histogram["edges"]).all()


def test_ends_are_round() -> None:
    assert around(np.array([0.123456, -2.71828, 3.14159])) == pytest.approx((-2.9, 3.3))


def test_no_class_of_a_single_hidden_row_is_told() -> None:
    likely = np.array([0.02, 0.35, 0.36, 0.37, 0.38, 0.39, 0.55, 0.71, 0.72, 0.73, 0.74, 0.75, 0.99])
    targets = (likely > 0.5).astype(np.int64)
    told = calibration(likely, targets, 1)
    assert [one["rows"] for one in told] == [1, 5, 1, 5, 1]
    assert [one["observed"] for one in told] == [0, 0, 1, 1, 1]
    hidden = calibration(likely, targets, 5)
    assert [one["rows"] for one in hidden] == [6, 7]
    assert hidden[1]["predicted"] == pytest.approx(likely[6:].mean())
    assert calibration(likely[:4], targets[:4], 5) == []
    assert calibration(likely[:0], targets[:0], 1) == []


@pytest.mark.parametrize(("width", "told"), [
    (18.1583864711911, 18.2), (0.00123456, 0.00124), (1.0, 1.0), (999.5, 1000.0), (1.5e300, 1.5e300), (0.0, 0.0),
    (5e-324, 5e-324),
])  # fmt: skip
def test_an_interval_is_no_narrower_than_the_error_that_it_is_made_of(width: float, told: float) -> None:
    assert rounded_up(width) == pytest.approx(told, rel=1e-12)
    assert rounded_up(width) >= width
