"""What people send to a published model and no number holds: a refusal, and a process that goes on answering."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.trainer.conftest import MakeSpec, launch, pictures
from trainer.predict import Predictor, _line, answer

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


def test_an_input_whose_answer_no_float_holds_is_refused(table_model: Predictor) -> None:
    weight = table_model.model.network.weight("layers.0.weight")  # type: ignore[attr-defined]
    weight.fill_(1e30)
    assert "beyond all that the model can compute" in sentence(asked(table_model, "heat", "1e11"))


def test_half_a_letter_is_answered(table_model: Predictor) -> None:
    (said,) = asked(table_model, "line", '"\\ud800"')["predictions"]
    assert said["label"] in {"yes", "no"}
    assert b"?" in _line(said)


def test_what_a_library_stumbles_over_is_a_refusal_and_the_next_question_is_answered(
    table_model: Predictor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumbles(_rows: object) -> object:
        raise IndexError("index out of range in self")

    with monkeypatch.context() as patched:
        patched.setattr(table_model.model, "predict", stumbles)
        assert sentence(asked(table_model, "heat", "50")) == "The model can make nothing of this input."
    assert "predictions" in asked(table_model, "heat", "50")
