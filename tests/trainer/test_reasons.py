"""A model says why, and when it is asked about something unlike what it learnt."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.trainer.conftest import MakeSpec, launch, pictures, reviews, table
from tests.trainer.test_predict import MODELS
from trainer.evaluation.attribution import integrated_gradients
from trainer.failures import TrainingError
from trainer.predict import Predictor, answer

ROW = {"heat": 70.0, "load": 1.0, "line": "west"}


def model(job: MakeSpec, parameters: dict[str, Any], **changes: Any) -> Predictor:
    spec = job({"epochs": 10, "baselines": False, "explained": False} | parameters, **changes)
    code, events = launch(spec)
    assert code == 0, events[-1]
    return Predictor(spec.output)


def test_attributions_are_those_of_captum() -> None:
    captum = import_module("captum.attr")
    generator = torch.Generator().manual_seed(0)
    first, second = torch.randn(8, 5, generator=generator), torch.randn(3, 8, generator=generator)
    rows, baseline = torch.randn(4, 5, generator=generator), torch.randn(1, 5, generator=generator)

    def score(at: torch.Tensor) -> torch.Tensor:
        return torch.softmax(torch.tanh(at @ first.T) @ second.T, 1)[:, 1]

    ours = integrated_gradients(score, rows, baseline, 32)
    theirs = captum.IntegratedGradients(score).attribute(rows, baseline, n_steps=32)
    assert torch.allclose(ours, theirs.float(), atol=1e-6)
    assert ours.sum(1) == pytest.approx(score(rows) - score(baseline), abs=1e-4)


@pytest.mark.parametrize("name", ["embeddings", "one-hot", "gelu", "regression"])
def test_reasons_add_up_from_a_typical_row(job: MakeSpec, name: str) -> None:
    changes = dict(MODELS[name])
    predictor = model(job, changes.pop("parameters", {}), **changes)
    fields = {field["name"]: field for field in predictor.preprocessing["fields"]}
    usual = {name: field.get("typical", field.get("fill")) for name, field in fields.items()}
    (found,) = predictor.predict([ROW], explain=True)
    (typical,) = predictor.predict([usual])
    value = (lambda said: said["value"]) if name == "regression" else lambda said: said["probabilities"][found["label"]]
    weights = [reason["weight"] for reason in found["reasons"]]
    difference = value(found) - value(typical)
    assert sum(weights) == pytest.approx(difference, rel=0.02, abs=0.02)
    assert [abs(weight) for weight in weights] == sorted(map(abs, weights), reverse=True)
    assert {reason["field"]: reason["value"] for reason in found["reasons"]} == ROW
    assert "reasons" not in predictor.predict([ROW])[0]


def test_pictures_have_a_heat(job: MakeSpec) -> None:
    changes = {**MODELS["mlp"], "tables": {"anvil": pictures(60, 1)}}
    predictor = model(job, changes.pop("parameters"), **changes)
    row = pictures(1, 9).to_pylist()[0]
    (found,) = predictor.predict([{"pixels": [row[f"p{place}"] for place in range(64)]}], explain=True)
    heat = torch.tensor(found["reasons"]["heat"])
    assert heat.shape == (8, 8)
    assert float(heat.max()) == 1


@pytest.mark.parametrize("network", ["bag", "cnn"])
def test_words_add_up_from_the_empty_text(job: MakeSpec, network: str) -> None:
    predictor = model(
        job, {"network": network, "hidden_layers": None}, recipe="text-classification", target="mood", fields=["text"],
        tables={"anvil": reviews(200, 1)},
    )  # fmt: skip
    text = "The bright machine was swift, unheard-of 很快!"
    (found,) = predictor.predict([{"text": text}], explain=True)
    (empty,) = predictor.predict([{"text": "unheard"}])
    tokens = found["reasons"]["tokens"]
    assert [token["text"] for token in tokens][:2] == ["the", "bright"]
    assert next(token["weight"] for token in tokens if token["text"] == "unheard") == 0 or network == "cnn"
    difference = found["probabilities"][found["label"]] - empty["probabilities"][found["label"]]
    assert sum(token["weight"] for token in tokens) == pytest.approx(difference, abs=0.02)


def test_requests_ask_for_reasons_and_may_not_ask_for_many(job: MakeSpec) -> None:
    predictor = model(job, {})
    (found,) = answer(predictor, '{"rows": [{"heat": 50}], "explain": true}')["predictions"]
    assert len(found["reasons"]) == 3
    assert "reasons" not in answer(predictor, '{"rows": [{"heat": 50}]}')["predictions"][0]
    with pytest.raises(TrainingError, match="100 rows can be explained"):
        predictor.predict([{}] * 101, explain=True)


def test_unusual_rows_are_warned_of_unless_the_field_is_masked(job: MakeSpec) -> None:
    tables = {"anvil": table(200, 1)}
    predictor = model(job, {}, tables=tables)
    usual, odd = predictor.predict([ROW | {"heat": 55}, {"heat": 500, "load": None, "line": "east"}])
    assert "warnings" not in usual
    said = {item["params"]["field"]: item["text"] % item["params"] for item in odd["warnings"]}
    assert set(said) == {"heat", "line"}
    assert said["heat"].startswith("“heat” is 500; nine in ten training rows lie between ")
    assert said["line"] == "“line” is “east”, which the model has not learnt."
    masked = model(job, {}, tables=tables, masked=["heat", "line"], output=str(Path(job().output).parent / "masked"))
    assert "warnings" not in masked.predict([{"heat": 500, "line": "east"}])[0]


@pytest.mark.parametrize(
    ("common", "rare", "words"),
    [
        (0.0, 0.0, "at least nine in ten training rows have 0."),
        (2.5, 7.0, "at least nine in ten training rows have 2.5."),
    ],
)
def test_of_a_field_that_hardly_varies_no_range_is_told(job: MakeSpec, common: float, rare: float, words: str) -> None:
    content = table(200, 1)
    content = content.append_column("leak", [[rare] * 4 + [common] * 196])
    predictor = model(job, {}, tables={"anvil": content}, fields=["heat", "leak"])
    (odd,) = predictor.predict([{"heat": 55, "leak": 3}])
    assert [item["text"] % item["params"] for item in odd["warnings"]] == [f"“leak” is 3; {words}"]


def test_edges_of_a_narrow_range_are_told_apart(job: MakeSpec) -> None:
    content = table(200, 1)
    content = content.append_column("mark", [[10_000.0 + place / 100 for place in range(200)]])
    predictor = model(job, {}, tables={"anvil": content}, fields=["heat", "mark"])
    (odd,) = predictor.predict([{"heat": 55, "mark": 3}])
    (said,) = (item["params"] for item in odd["warnings"])
    assert (said["low"], said["high"]) == ("10000", "10002")


@pytest.mark.parametrize("name", ["one-hot", "regression"])
def test_what_differs_by_rounding_alone_is_no_reason(job: MakeSpec, name: str) -> None:
    """A row of usual values, written with a digit less than the last one."""
    changes = dict(MODELS[name])
    predictor = model(job, changes.pop("parameters", {}), **changes)
    usual = {field["name"]: field.get("typical", field.get("fill")) for field in predictor.preprocessing["fields"]}
    near = {name: value * (1 + 3e-7) if isinstance(value, float) else value for name, value in usual.items()}
    assert near != usual
    (found,) = predictor.predict([near], explain=True)
    assert [reason["weight"] for reason in found["reasons"]] == [0.0] * len(usual)
    (found,) = predictor.predict([ROW], explain=True)
    assert any(reason["weight"] for reason in found["reasons"])
