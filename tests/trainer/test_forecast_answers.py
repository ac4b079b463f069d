"""A published forecast at work: what it answers is what was judged, and nonsense is answered with a sentence."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from tests.trainer.conftest import MakeSpec, launch
from tests.trainer.test_evaluation_parts import evaluation_of, viewable
from tests.trainer.test_timeseries import LAYERED, of, sales
from trainer.predict import Predictor

__all__ = ["of"]  # the fixture


def test_a_published_forecast_goes_on_from_what_it_is_given(of: MakeSpec) -> None:
    spec = viewable(of({"epochs": 10, "learning_rate": 0.01}), "anvil", "borealis")
    evaluation_of(spec)
    predictor = Predictor(spec.output)
    week = [50.0, 51, 49, 50, 52, 70, 71]
    answer, larger = predictor.predict([{"values": [1.0, *week]}, {"values": [10 * value for value in week]}])
    assert answer["naive"] == [50, 51]
    assert len(answer["forecast"]) == 2
    assert all(
        low < value < high for low, value, high in zip(answer["low"], answer["forecast"], answer["high"], strict=True)
    )
    assert larger["forecast"] == pytest.approx([10 * value for value in answer["forecast"]], rel=1e-5)
    samples = predictor.preprocessing["samples"]
    assert samples
    assert len(predictor.predict(samples)) == len(samples)


@pytest.mark.parametrize("parameters", [{}, {"calendar": "week"}, {"known_ahead": True}])
def test_the_example_runs_on_the_published_files(of: MakeSpec, parameters: dict[str, Any]) -> None:
    """-I: nothing of the hub is on the path, no variable bends the interpreter."""
    spec = of({"epochs": 1, **parameters}, fields=["day", "shop", "offer"])
    assert launch(spec)[0] == 0
    command = [sys.executable, "-I", "example.py"]
    done = subprocess.run(command, cwd=spec.output, check=False, capture_output=True, text=True, env={})
    assert done.returncode == 0, done.stderr
    assert "'forecast': [" in done.stdout


def test_what_the_published_model_answers_is_what_was_judged(of: MakeSpec) -> None:
    parameters = LAYERED | {"epochs": 10, "learning_rate": 0.01, "known_ahead": True, "scaling": "mean"}
    spec = viewable(of(parameters, fields=["day", "shop", "offer"], tables={"anvil": sales(90, 1, shops=1)}), "anvil")
    shown = evaluation_of(spec)["forecasts"][0]
    offers = sales(90, 1, shops=1)["offer"].to_pylist()
    answer = Predictor(spec.output).predict([{"values": shown["past"], "offer": offers}])[0]
    assert answer["forecast"] == pytest.approx(shown["forecast"], rel=1e-4)
    assert "warnings" not in answer
    assert Predictor(spec.output).predict([{"values": shown["past"]}])[0]["warnings"]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({}, "is a list of numbers"),
        ({"values": "1, 2, 3"}, "is a list of numbers"),
        ({"values": []}, "is a list of numbers"),
        ({"values": [1.0] * 6}, "needs 7 values, the oldest first; there are 6"),
        ({"values": [1.0] * 6 + [None]}, "is a list of numbers"),
        ({"values": [1.0] * 6 + [float("nan")]}, "is a list of numbers"),
        ({"values": [1.0] * 6 + [10**400]}, "is a list of numbers"),
        ({"values": [1.0] * 7, "offer": [1.0]}, "“offer” needs 9 values"),
    ],
)
def test_nonsense_is_answered_with_a_sentence(of: MakeSpec, row: dict[str, Any], words: str) -> None:
    spec = of({"known_ahead": True, "epochs": 1}, fields=["day", "shop", "offer"], tables={"anvil": sales(40, 1)})
    evaluation_of(spec)
    with pytest.raises(Exception, match=words):
        Predictor(spec.output).predict([row])
