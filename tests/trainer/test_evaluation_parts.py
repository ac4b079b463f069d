"""What evaluation says beyond metrics, against its definition by hand or by brute force."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tests.trainer.conftest import MakeSpec, launch, pictures, reviews, table
from trainer.data.columns import Categories, Numbers
from trainer.evaluation import robustness
from trainer.evaluation.conformal import half_width
from trainer.evaluation.curves import gain, precision_recall
from trainer.evaluation.groups import groups, ranges
from trainer.evaluation.slices import slices
from trainer.metrics import Judged

SCORES = np.array([0.9, 0.8, 0.8, 0.6, 0.4, 0.2])
TARGETS = np.array([1, 1, 0, 0, 1, 0])
JUDGED = Judged(TARGETS, np.stack([1 - SCORES, SCORES], axis=1), "classification")


def evaluation_of(spec: Any) -> dict[str, Any]:
    code, events = launch(spec)
    assert code == 0, events[-1]
    found: dict[str, Any] = json.loads(Path(spec.output, "evaluation.json").read_text())
    return found


def larger(**more: pa.Array) -> dict[str, pa.Table]:
    return {"anvil": table(400, 1), "borealis": table(300, 2)}


def viewable(spec: Any, *slugs: str) -> Any:
    inputs = [item.model_copy(update={"viewable": item.organization in slugs}) for item in spec.inputs]
    return spec.model_copy(update={"inputs": tuple(inputs)})


def test_precision_and_recall_by_definition() -> None:
    (curve,) = precision_recall(JUDGED, ["no", "yes"])["pr"]
    assert curve["label"] == "yes"
    expected = [[1 / 3, 1], [2 / 3, 2 / 3], [2 / 3, 1 / 2], [1, 3 / 5], [1, 1 / 2]]  # above each score, ties together
    assert np.array(curve["points"]) == pytest.approx(np.array(expected), abs=1e-5)
    assert curve["average_precision"] == pytest.approx(1 / 3 * 1 + 1 / 3 * 2 / 3 + 1 / 3 * 3 / 5)


def test_gain_lift_and_ks_by_definition() -> None:
    found = gain(JUDGED, ["no", "yes"])["gain"]
    shares = [[0, 0], [1 / 6, 1 / 3], [3 / 6, 2 / 3], [4 / 6, 2 / 3], [5 / 6, 1], [1, 1]]
    assert np.array(found["points"]) == pytest.approx(np.array(shares), abs=1e-5)
    assert found["ks"] == pytest.approx(max(abs(1 / 3 - 0), abs(2 / 3 - 1 / 3), abs(2 / 3 - 2 / 3), abs(1 - 2 / 3)))
    assert found["lift"][0] == pytest.approx([1 / 6, 2], abs=1e-4)
    assert gain(Judged(np.ones(3), np.full((3, 2), 0.5), "classification"), ["no", "yes"]) == {}


def test_half_width_is_the_smallest_that_holds_so_many() -> None:
    assert half_width(np.arange(1.0, 20.0)) == 18  # ⌈20 · 0.9⌉ = 18th of 19
    assert half_width(np.arange(8.0)) is None


def test_interval_covers_about_as_much_as_it_says(job: MakeSpec) -> None:
    changes: dict[str, Any] = {"target": "life", "tables": {"anvil": table(1500, 1), "borealis": table(900, 2)}}
    split = {"validation_fraction": 0.2}
    found = evaluation_of(job({"epochs": 20, "learning_rate": 0.01}, split=split, **changes))["interval"]
    assert found["level"] == 0.9
    assert 0.86 <= found["covered"] <= 0.94
    assert set(found["organizations"]) == {"anvil", "borealis"}


def test_slices_find_the_part_that_was_made_wrong() -> None:
    random = np.random.default_rng(0)
    line, owner = random.integers(0, 3, 600), random.integers(0, 2, 600)
    targets = random.integers(0, 2, 600)
    likely = np.where((line == 1) & (owner == 0), 0.2, 0.9)  # wrong of one line in one organization
    predicted = np.where(np.eye(2, dtype=bool)[targets], likely[:, None], 1 - likely[:, None])
    columns = {"line": Categories(line, ["a", "b", "c"]), "load": Numbers(random.normal(size=600))}
    worst, *_ = slices(Judged(targets, predicted, "classification"), columns, owner, ["anvil", "borealis"])["slices"]
    inside = (line == 1) & (owner == 0)
    assert worst == {
        "field": "line", "value": "b", "rows": int(inside.sum()), "organization": "anvil",
        "loss": pytest.approx(-np.log(0.2)), "overall_loss": pytest.approx(np.mean(-np.log(likely))),
    }  # fmt: skip


def test_groups_have_the_metrics_of_their_rows_and_their_gap() -> None:
    random = np.random.default_rng(0)
    codes, targets = np.repeat([0, 1, 2], [50, 40, 10]), random.integers(0, 2, 100)
    right = np.where(codes == 0, random.random(100) < 0.9, random.random(100) < 0.6)
    chosen = np.where(right, targets, 1 - targets)
    judged = Judged(targets, np.where(np.eye(2, dtype=bool)[chosen], 0.8, 0.2), "classification")
    found = groups(judged, "sex", Categories(codes, ["f", "m", "x"]), 100, 0)["groups"]
    assert [(item["value"], item["rows"]) for item in found["groups"]] == [("f", 50), ("m", 40)]
    assert found["left_out"] == 10  # too few to tell
    shares = [right[codes == 0].mean(), right[codes == 1].mean()]
    assert [item["metrics"]["accuracy"]["value"] for item in found["groups"]] == pytest.approx(shares)
    assert found["gap"]["accuracy"] == pytest.approx(abs(shares[0] - shares[1]))


def test_numbers_become_ranges() -> None:
    found = ranges(Numbers(np.array([*range(1, 9), np.nan])))
    assert found.vocabulary == ["≤ 2.75", "2.75 – 4.5", "4.5 – 6.25", "> 6.25"]
    assert found.codes.tolist() == [0, 0, 1, 1, 2, 2, 3, 3, -1]


def test_table_is_explained_from_its_held_out_rows(job: MakeSpec) -> None:
    spec = job({"epochs": 20, "learning_rate": 0.02, "group_field": "life"}, tables=larger())
    found = evaluation_of(spec)
    assert evaluation_of(spec) == found
    noise, missing = found["robustness"]["noise"], found["robustness"]["missing"]
    whole = found["overall"]["metrics"]["roc_auc"]["value"]
    assert noise[0] == {"level": 0.0, "value": pytest.approx(whole)}
    assert missing[0]["value"] == pytest.approx(whole)
    assert noise[-1]["value"] < whole
    assert missing[-1]["value"] < whole
    heat = next(item for item in found["partial_dependence"] if item["field"] == "heat")
    assert heat["label"] == "yes"
    assert heat["points"][-1]["value"] > heat["points"][0]["value"] + 0.3  # hot machines are worn
    line = next(item for item in found["partial_dependence"] if item["field"] == "line")
    assert max(line["points"], key=lambda point: point["value"])["at"] == "west"
    assert set(heat["points"][0]["organizations"]) == {"anvil", "borealis"}
    assert [items[0]["field"] for items in found["importance_by_organization"].values()] == ["heat", "heat"]
    assert len(found["groups"]["groups"]) == 4  # of a field that the model did not read
    assert not {"examples", "samples"} & set(found)  # nobody allowed it


def test_examples_are_of_organizations_that_allow_it_and_without_masked_fields(job: MakeSpec) -> None:
    spec = viewable(job(tables=larger(), masked=["heat"]), "borealis")
    found = evaluation_of(spec)
    assert 0 < len(found["examples"]) <= 20
    assert {item["organization"] for item in found["examples"]} == {"borealis"}
    assert all(set(item["values"]) == {"load", "line"} for item in found["examples"])
    assert all(item["expected"] != item["predicted"] for item in found["examples"][:3])
    assert len(found["samples"]) == 5
    assert all(set(item["values"]) == {"load", "line"} for item in found["samples"])
    told = [item["field"] for part in ("slices", "partial_dependence") for item in found[part]]
    assert "heat" not in told


def test_explaining_can_be_switched_off_and_groups_need_a_field(job: MakeSpec) -> None:
    found = evaluation_of(job({"explained": False}))
    assert not {"robustness", "partial_dependence", "groups"} & set(found)
    for field, masked in (("nothing", []), ("heat", ["heat"])):
        code, events = launch(job({"group_field": field}, masked=masked))
        assert code == 1
        assert "group" in events[-1].text


def test_pictures_have_a_heat_for_each_class(job: MakeSpec) -> None:
    parameters = {"epochs": 10, "network": "cnn", "channels": [4]}
    spec = job(
        parameters, recipe="image-classification", target="shape", fields=None, tables={"anvil": pictures(200, 1)}
    )
    found = evaluation_of(spec)
    assert [item["label"] for item in found["class_heat"]] == ["-", "I"]
    for item in found["class_heat"]:
        heat = np.array(item["heat"])
        assert heat.shape == (8, 8)
        assert heat.min() >= 0
        assert heat.max() == 1
    assert [item["level"] for item in found["robustness"]["noise"]] == [0, 0.05, 0.1, 0.2, 0.4]


def test_large_pictures_are_disturbed_a_few_at_a_time(job: MakeSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = job({"epochs": 3}, recipe="image-classification", target="shape", fields=None,
               tables={"anvil": pictures(200, 1)})  # fmt: skip
    whole = evaluation_of(spec)["robustness"]["noise"]
    monkeypatch.setattr(robustness, "NUMBERS", 7 * 64)
    parts = evaluation_of(spec)["robustness"]["noise"]
    assert [one["level"] for one in parts] == [one["level"] for one in whole]
    assert parts[0]["value"] == pytest.approx(whole[0]["value"])
    assert [one["value"] for one in parts] == pytest.approx([one["value"] for one in whole], abs=0.2)


@pytest.mark.parametrize("network", ["bag", "cnn"])
def test_words_speak_for_their_class(job: MakeSpec, network: str) -> None:
    parameters = {"network": network, "epochs": 8, "hidden_layers": None}
    spec = job(
        parameters, recipe="text-classification", target="mood", fields=["text"], tables={"anvil": reviews(300, 1)}
    )
    found = evaluation_of(viewable(spec, "anvil"))
    terms = {item["label"]: [term["text"] for term in item["terms"]] for item in found["terms"]}
    assert {"bright", "kind", "calm"} & set(terms["good"])
    assert {"dull", "cruel", "loud"} & set(terms["bad"])
    assert not {"dull", "cruel", "loud"} & set(terms["good"])
    assert "machine" in found["examples"][0]["values"]["text"]
    assert "terms" not in evaluation_of(spec.model_copy(update={"masked": ("text",)}))


def test_written_answers_are_compared(job: MakeSpec, small_base: str) -> None:
    spec = job(
        {"hidden_layers": None, "length": 32, "written_samples": 3}, recipe="fine-tune", target="answer",
        fields=["text"], base={"path": small_base}, tables={"anvil": reviews(60, 1), "borealis": reviews(60, 2)},
        output=str(Path(small_base).parent / "tuned"),
    )  # fmt: skip
    found = evaluation_of(viewable(spec, "anvil"))["written"]
    assert found["rows"] == 3
    assert 0 <= found["bleu"] <= 100
    assert 0 <= found["chrf"] <= 100
    assert found["examples"]
    assert all(item["organization"] == "anvil" and item["expected"].startswith("We") for item in found["examples"])


def test_a_few_rows_of_an_organization_draw_no_line(job: MakeSpec) -> None:
    found = evaluation_of(job(tables={"anvil": table(300, 1), "borealis": table(20, 2)}))
    assert found["organizations"][1]["rows"]["test"] == 4
    points = [point for item in found["partial_dependence"] for point in item["points"]]
    assert {tuple(point["organizations"]) for point in points} == {("anvil",)}
