"""A score card: points that a reader can check against the model, nothing of few rows, and who would be approved."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tests.trainer.conftest import MakeSpec, launch, table
from trainer.contract import JobSpec
from trainer.data.columns import Categories, Numbers
from trainer.evaluation.approval import approval
from trainer.evaluation.binning import bins_of
from trainer.evaluation.scorecard import FACTOR, OFFSET, rank_correlation
from trainer.metrics import Judged
from trainer.predict import Predictor

LINEAR = {"epochs": 40, "learning_rate": 0.05, "hidden_layers": [], "scorecard": True, "categories": "one-hot"}


def larger() -> dict[str, pa.Table]:
    return {"anvil": table(400, 1), "borealis": table(300, 2)}


def evaluation_of(spec: JobSpec) -> Any:
    code, events = launch(spec)
    assert code == 0, events[-1]
    return json.loads(Path(spec.output, "evaluation.json").read_text())


def test_numbers_are_cut_where_each_bin_holds_enough_rows() -> None:
    random = np.random.default_rng(0)
    values = np.where(random.random(1000) < 0.1, np.nan, random.normal(50, 10, 1000))
    bins = bins_of(Numbers(values))
    inside = bins.of(Numbers(values))
    counts = np.bincount(inside)
    assert counts.min() >= 50
    assert bins.told[0]["from"] is None
    assert bins.told[-2]["to"] is None
    assert bins.told[-1] == {"missing": True}
    assert counts[-1] == np.isnan(values).sum()
    low, high = bins.told[2]["from"], bins.told[2]["to"]
    assert set(inside[(values >= low) & (values < high)].tolist()) == {2}
    assert not set(values.tolist()) & {one["from"] for one in bins.told[1:-1]}  # an edge is nobody's value


def test_whole_numbers_are_cut_at_whole_numbers() -> None:
    random = np.random.default_rng(1)
    told = bins_of(Numbers(random.integers(4, 60, 1000).astype(float))).told
    assert len(told) > 3
    assert all(float(one["from"]).is_integer() for one in told[1:])


@pytest.mark.parametrize("ends", [(-1.7e308, 1.7e308), (0.0, 5e-324), (0.0, 1e300), (1e-310, 3e-310)])
def test_numbers_beyond_all_measure_are_binned_all_the_same(ends: tuple[float, float]) -> None:
    values = np.repeat(ends, 200)
    told = bins_of(Numbers(values)).told
    assert all(np.isfinite(one["from"]) for one in told[1:])


def test_a_bin_of_few_rows_is_not_told() -> None:
    codes = np.repeat([0, 1, 2, 3, -1], [100, 60, 12, 9, 19])
    bins = bins_of(Categories(codes, ["car", "house", "boat", "kite"]))
    assert bins.told == [{"value": "car"}, {"value": "house"}, {"others": 2}]
    assert np.bincount(bins.of(Categories(codes, ["car", "house", "boat", "kite"])) + 1).tolist() == [19, 100, 60, 21]
    assert bins_of(Categories(np.repeat([0, 1], [100, 19]), ["car", "kite"])).told == [{"value": "car"}]
    assert bins_of(Numbers(np.arange(19.0))).told == []
    assert len(bins_of(Numbers(np.full(500, 7.0))).told) == 1


def test_card_of_a_linear_model_is_the_model(job: MakeSpec) -> None:
    spec = job(LINEAR, tables=larger())
    card = evaluation_of(spec)["scorecard"]
    assert evaluation_of(spec)["scorecard"] == card
    assert (card["base_points"], card["base_odds"], card["pdo"], card["left_out"]) == (600, 50, 20, 0)
    assert card["bad"] == "yes"  # the rarer one
    assert card["agreement"]["rank_correlation"] > 0.97
    assert card["agreement"]["card_auc"] == pytest.approx(card["agreement"]["model_auc"], abs=0.03)
    fields = {item["field"]: item["bins"] for item in card["fields"]}
    assert set(fields) == {"heat", "load", "line"}
    heat = [one["points"] for one in fields["heat"] if "from" in one]
    assert heat == sorted(heat, reverse=True)  # the hotter, the worse
    line = {one.get("value"): one for one in fields["line"]}
    assert min(line.values(), key=lambda one: one["points"]) == line["west"]
    assert line["west"]["bad_rate"] > line["north"]["bad_rate"]
    for bins in fields.values():
        assert all(one["share"] * card["rows"] >= 19.999 for one in bins)
        assert sum(one["share"] * one["points"] for one in bins) == pytest.approx(0, abs=1)


def test_points_foresee_as_many_bad_rows_as_there_are_whatever_weight_they_had(job: MakeSpec) -> None:
    starts = [
        evaluation_of(job(LINEAR | {"class_weighting": weighted}, tables=larger()))["scorecard"]["start"]
        for weighted in (True, False)
    ]
    assert starts[0] == pytest.approx(starts[1], abs=8)
    assert 1 / (1 + np.exp((600 - OFFSET) / FACTOR)) == pytest.approx(1 / 51)


def test_card_of_a_network_says_how_far_it_follows(job: MakeSpec) -> None:
    random = np.random.default_rng(3)
    one, other = random.normal(size=800), random.normal(size=800)
    crossed = pa.table({"one": one, "other": other, "worn": np.where(one * other > 0.3, "yes", "no")})
    parameters = {"epochs": 60, "learning_rate": 0.02, "hidden_layers": [16], "scorecard": True}
    found = evaluation_of(job(parameters, fields=None, tables={"anvil": crossed}))["scorecard"]["agreement"]
    assert found["model_auc"] > 0.9
    assert found["card_auc"] < 0.75  # fields that work together are not to be had in points
    assert found["rank_correlation"] < 0.7


def test_masked_fields_are_not_on_the_card_and_a_card_is_asked_for(job: MakeSpec) -> None:
    card = evaluation_of(job(LINEAR, tables=larger(), masked=["heat"]))["scorecard"]
    assert {item["field"] for item in card["fields"]} == {"load", "line"}
    assert card["left_out"] == 1
    assert "scorecard" not in evaluation_of(job({}))
    assert "scorecard" not in evaluation_of(job({"scorecard": True}, target="life", fields=["heat", "load"]))


def test_the_bad_class_can_be_named_and_must_exist(job: MakeSpec) -> None:
    card = evaluation_of(job(LINEAR | {"bad_class": "no"}, tables=larger()))["scorecard"]
    assert card["bad"] == "no"
    heat = next(item["bins"] for item in card["fields"] if item["field"] == "heat")
    assert heat[0]["points"] < heat[-2]["points"]
    code, events = launch(job(LINEAR | {"bad_class": "broken"}))
    assert code == 1
    assert "no such class" in events[-1].text


def test_reasons_in_log_odds_add_up_to_the_answer(job: MakeSpec) -> None:
    spec = job(LINEAR | {"hidden_layers": [8]}, tables=larger())
    evaluation_of(spec)
    predictor = Predictor(spec.output)
    usual = {item["name"]: item.get("typical", item.get("fill")) for item in predictor.preprocessing["fields"]}
    row = {"heat": 71.0, "load": -0.4, "line": "west"}
    odds = [np.log(one["probabilities"]["yes"] / one["probabilities"]["no"]) for one in predictor.predict([row, usual])]
    (answer,) = predictor.predict([row], explain=True)
    assert sum(one["log_odds"] for one in answer["reasons"]) == pytest.approx(odds[0] - odds[1], abs=0.02)


def test_whom_a_decision_would_approve_by_group() -> None:
    bad = np.linspace(0, 1, 200)
    targets = (np.arange(200) % 4 == 0).astype(np.int64)
    codes = np.where(np.arange(200) < 120, 0, 1)
    judged = Judged(targets, np.stack([1 - bad, bad], axis=1), "classification")
    found = approval(judged, Categories(codes, ["a", "b"]), ["a", "b"], 1, 0.8)
    assert found["approved"] == pytest.approx(0.8)
    assert [one["approved"] for one in found["groups"]] == pytest.approx([1.0, 0.5])
    assert [one["good_approved"] for one in found["groups"]] == pytest.approx([1.0, 0.5])
    assert [one["good"] for one in found["groups"]] == [90, 60]
    assert found["parity_gap"] == pytest.approx(0.5)
    assert found["opportunity_gap"] == pytest.approx(0.5)
    few = approval(judged, Categories(np.where(np.arange(200) < 15, 0, 1), ["a", "b"]), ["a", "b"], 1, 0.8)
    assert few["groups"][0]["approved"] is None
    assert few["parity_gap"] is None


def test_ranks_are_compared_as_spearman_did() -> None:
    one, other = np.array([1.0, 2, 2, 5]), np.array([10.0, 30, 20, 40])
    assert rank_correlation(one, one**3) == pytest.approx(1)
    assert rank_correlation(one, -one) == pytest.approx(-1)
    assert rank_correlation(one, other) == pytest.approx(0.9486833)
    assert rank_correlation(one, np.ones(4)) is None
