"""What people send to a published model and no number holds: a refusal, and a process that goes on answering."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.trainer.conftest import MakeSpec, launch, pictures
from trainer.predict import Predictor, answer

GREAT = "1" + "0" * 400


@pytest.fixture
def table_model(job: MakeSpec) -> Predictor:
    spec = job()
    assert launch(spec)[0] == 0
    return Predictor(spec.output)


@pytest.fixture
def picture_model(job: MakeSpec) -> Predictor:
    tables = {"anvil": pictures(60, 1)}
    spec = job({"epochs": 1}, recipe="image-classification", target="shape", fields=None, tables=tables)
    assert launch(spec)[0] == 0
    return Predictor(spec.output)


def asked(model: Predictor, field: str, value: str) -> dict[str, Any]:
    return answer(model, f'{{"rows": [{{"{field}": {value}}}], "explain": true}}')


def sentence(said: dict[str, Any]) -> str:
    return str(said["error"]["text"] % said["error"]["params"])


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (GREAT, "“heat” must be a number"),
        ("1e300", "beyond all that"),
        ("-1e39", "beyond all that"),
        ("[1]", "a number"),
    ],
)
def test_a_number_that_is_none_or_too_large(table_model: Predictor, value: str, words: str) -> None:
    assert words in sentence(asked(table_model, "heat", value))


@pytest.mark.parametrize("value", ["NaN", "-Infinity", "1e999"])
def test_what_is_no_number_is_missing_and_said_so(table_model: Predictor, value: str) -> None:
    (said,) = asked(table_model, "heat", value)["predictions"]
    json.dumps(said, allow_nan=False)
    (empty,) = asked(table_model, "heat", "null")["predictions"]
    assert said["probabilities"] == empty["probabilities"]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (f"[{', '.join(['1e30'] * 64)}]", "between 0 and 255"),
        (f"[{', '.join(['NaN'] * 64)}]", "between 0 and 255"),
        (f"[{GREAT}]", "a list of numbers"),
        ("[1, 2, 3]", "takes 64 pixels, not 3"),
    ],
)
def test_pixels_that_are_none(picture_model: Predictor, value: str, words: str) -> None:
    assert words in sentence(asked(picture_model, "pixels", value))
