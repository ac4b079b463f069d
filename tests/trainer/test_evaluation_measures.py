"""Average precision by organization, likeness of texts, distances between pictures, and pictures that were mistaken."""

from __future__ import annotations

import base64
import io
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.trainer.conftest import MakeSpec, pictures, reviews
from tests.trainer.test_evaluation_parts import evaluation_of, viewable
from trainer.evaluation import distance
from trainer.evaluation.distance import frechet
from trainer.evaluation.likeness import likeness

SHAPES: dict[str, Any] = {"recipe": "image-classification", "target": "shape", "fields": None}


def test_distance_of_two_normal_distributions_by_closed_form() -> None:
    random = np.random.default_rng(0)
    one, other = random.normal(0, 1, (200_000, 1)), random.normal(3, 2, (200_000, 1))
    assert frechet(one, other) == pytest.approx(3**2 + (2 - 1) ** 2, rel=0.02)  # of one feature: means and deviations
    assert frechet(one, one) == pytest.approx(0, abs=1e-9)
    assert frechet(one, other) == pytest.approx(frechet(other, one))


@pytest.mark.parametrize(("rows", "features"), [(300, 12), (30, 80)])
def test_distance_agrees_with_the_root_of_a_matrix(rows: int, features: int) -> None:
    linalg = pytest.importorskip("scipy.linalg")
    random = np.random.default_rng(1)
    mixing = random.normal(size=(features, features))
    one, other = random.normal(size=(rows, features)) @ mixing, random.normal(0.3, 1.5, (rows, features))
    product = np.cov(one, rowvar=False) @ np.cov(other, rowvar=False)
    root = np.real(linalg.sqrtm(product + 1e-12 * np.eye(features)))
    means = ((one.mean(0) - other.mean(0)) ** 2).sum()
    expected = means + np.var(one, 0, ddof=1).sum() + np.var(other, 0, ddof=1).sum() - 2 * np.trace(root)
    assert frechet(one, other) == pytest.approx(expected, rel=1e-3)


def test_pictures_that_differ_are_further_apart_than_chance_makes_them(job: MakeSpec) -> None:
    dark = pictures(300, 2)
    for name in dark.column_names[:-1]:  # another camera
        dark = dark.set_column(dark.column_names.index(name), name, [np.asarray(dark[name]) // 3])
    tables = {"anvil": pictures(300, 1), "borealis": dark, "cobalt": pictures(300, 3), "dune": pictures(60, 4)}
    found = evaluation_of(job({"epochs": 5, "hidden_layers": [16]}, tables=tables, **SHAPES))["distances"]
    assert found["organizations"] == ["anvil", "borealis", "cobalt"]  # of the last one, twelve pictures are held out
    assert (found["rows"], found["features"]) == (30, 16)
    matrix = np.array(found["matrix"])
    assert matrix == pytest.approx(matrix.T)
    assert matrix[0, 1] > 3 * matrix[0, 0]
    assert matrix[0, 2] < 3 * matrix[0, 0]  # the same camera


def test_of_pictures_with_many_features_there_are_fewer(job: MakeSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distance, "NUMBERS", 25 * 16)
    monkeypatch.setattr(distance, "AT_ONCE", 7 * 64)  # pictures at a time
    tables = {"anvil": pictures(300, 1), "borealis": pictures(300, 2)}
    found = evaluation_of(job({"epochs": 1, "hidden_layers": [16]}, tables=tables, **SHAPES))["distances"]
    assert (found["rows"], found["features"]) == (25, 16)


def test_one_organization_is_far_from_nobody(job: MakeSpec) -> None:
    assert "distances" not in evaluation_of(job({"epochs": 1}, tables={"anvil": pictures(200, 1)}, **SHAPES))


def test_pictures_that_were_mistaken_are_shown_where_everyone_may_see_them(job: MakeSpec) -> None:
    tables = {"anvil": pictures(200, 1), "borealis": pictures(150, 2)}
    spec = job({"epochs": 1}, tables=tables, **SHAPES)
    assert not {"examples", "samples"} & set(evaluation_of(spec))
    whole = evaluation_of(viewable(spec, "borealis"))
    found = whole["examples"]
    assert {one["organization"] for one in found} == {"borealis"}
    assert len(found) == 12
    assert found[0]["expected"] != found[0]["predicted"]
    with Image.open(io.BytesIO(base64.b64decode(found[0]["picture"]))) as picture:
        assert (picture.format, picture.size, picture.mode) == ("PNG", (8, 8), "L")
        shown = np.asarray(picture).reshape(-1)
    held = np.stack([np.asarray(tables["borealis"][f"p{place}"]) for place in range(64)], axis=1)
    assert (held == shown).all(1).any()  # a picture of theirs, pixel by pixel
    assert len({one["picture"] for one in whole["samples"]}) == 5
    masked = viewable(spec, "anvil", "borealis").model_copy(update={"masked": ("p3",)})
    assert not {"examples", "samples"} & set(evaluation_of(masked))


def test_average_precision_stands_beside_the_curves_for_everybody_and_each(job: MakeSpec) -> None:
    found = evaluation_of(job({"epochs": 5}))
    score = found["overall"]["metrics"]["average_precision"]
    assert score["value"] == pytest.approx(found["pr"][0]["average_precision"])
    assert score["low"] < score["value"] < score["high"]
    for one in found["organizations"]:
        assert one["own"]["together"]["average_precision"]["value"] > 0


def test_likeness_by_organization_with_intervals() -> None:
    said = ["the cat sat on the mat today", "a dog barks loudly at night", "nothing alike"]
    expected = ["the cat sat on the mat today", "the dog barks at night", "whatever else"]
    found = likeness(said, expected, np.array([0, 2, 2]), ["anvil", "borealis", "cobalt"], 200, 0)
    anvil, cobalt = found["organizations"]
    assert (anvil["organization"], anvil["rows"], cobalt["rows"]) == ("anvil", 1, 2)
    assert anvil["scores"]["bleu"] == {"value": pytest.approx(100), "low": None, "high": None}
    whole = found["scores"]["chrf"]
    assert 0 <= whole["low"] < whole["value"] == found["chrf"] < whole["high"] <= 100
    assert cobalt["scores"]["chrf"]["value"] < whole["value"]
    assert found == likeness(said, expected, np.array([0, 2, 2]), ["anvil", "borealis", "cobalt"], 200, 0)
    bleu = pytest.importorskip("sacrebleu").corpus_bleu(said, [expected]).score
    assert found["bleu"] == pytest.approx(bleu)


def test_each_organization_is_asked_as_often_as_any_other(job: MakeSpec, small_base: str) -> None:
    spec = job(
        {"hidden_layers": None, "length": 32, "written_samples": 4}, recipe="fine-tune", target="answer",
        fields=["text"], base={"path": small_base}, tables={"anvil": reviews(100, 1), "borealis": reviews(20, 2)},
        output=str(Path(small_base).parent / "tuned"),
    )  # fmt: skip
    found = evaluation_of(spec)["written"]
    assert [(one["organization"], one["rows"]) for one in found["organizations"]] == [("anvil", 2), ("borealis", 2)]
    assert set(found["organizations"][0]["scores"]) == {"bleu", "chrf"}


def test_examples_are_of_each_organization_that_lets_everyone_see_its_rows(job: MakeSpec, small_base: str) -> None:
    spec = job(
        {"hidden_layers": None, "length": 32, "written_samples": 33}, recipe="fine-tune",
        target="answer", fields=["text"], base={"path": small_base},
        tables={"anvil": reviews(60, 1), "borealis": reviews(60, 2), "cobalt": reviews(60, 3)},
        output=str(Path(small_base).parent / "tuned"),
    )  # fmt: skip
    found = evaluation_of(viewable(spec, "anvil", "cobalt"))["written"]
    assert [one["rows"] for one in found["organizations"]] == [11, 11, 11]
    assert Counter(one["organization"] for one in found["examples"]) == {"anvil": 10, "cobalt": 10}
