"""What a lender sees of a model: points to add up, whether they may stand for the model, and reasons in words."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from chainhub.accounts.models import User
from chainhub.jobs.models import TrainingJob
from chainhub.registry.models import ModelVersion
from chainhub.registry.scorecards import reason_codes
from tests.factories.lending import of_lenders
from tests.factories.models import evaluation, publish, score
from tests.hub.jobs.conftest import job, ours, theirs
from tests.web.test_trying import Model, ask, model

__all__ = ["job", "model", "ours", "theirs"]

Browse = Callable[[User | None], Client]
REASONS = [
    {"field": "x0", "value": 1.5, "weight": 0.3, "log_odds": 0.8},
    {"field": "x1", "value": None, "weight": 0.2, "log_odds": 0.2},
    {"field": "x2", "value": 9.0, "weight": -0.2, "log_odds": -0.7},
]


def scored(job: TrainingJob, **changes: Any) -> ModelVersion:
    found = {**evaluation({"anvil": (0.7, 0.9), "borealis": (0.8, 0.9)}), **of_lenders(), **changes}
    found["overall"]["metrics"]["roc_auc"] = score(0.752)
    return publish(job, found=found)


def words(client: Client, version: ModelVersion, language: str = "en") -> str:
    page = client.get(f"{version.model.get_absolute_url()}?tab=explanation", headers={"Accept-Language": language})
    shown = re.sub(r"<template.*?</template>", "", page.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", shown))


def test_a_card_tells_its_points_bins_and_rates(browse: Browse, bob: User, job: TrainingJob) -> None:
    said = words(browse(bob), scored(job))
    assert "Everybody begins with 571 points" in said
    assert "At 600 points, 50 rows are good for each that is “yes”; every 20 points more double that." in said
    assert "below 40.5 +24 40.0% 2.0%" in said
    assert "2,000 and above -38 25.0% 40.0%" in said
    assert "A &lt;1&gt; +5 60.0% 10.0%" in said
    assert "3 rarer values -8 40.0% 20.0%" in said
    assert "1 field of the model is not on the card" in said
    assert "Rank correlation 0.970 over 180 held-out rows; ROC AUC of the card 0.741, of the model 0.752." in said


@pytest.mark.parametrize(
    ("rank", "verdict"),
    [
        (0.97, "The card follows the model"),
        (0.85, "The card follows most of the model"),
        (0.4, "Do not decide by the card"),
        (None, "could not be measured"),
    ],
)
def test_a_card_says_whether_it_may_stand_for_the_model(
    browse: Browse, bob: User, job: TrainingJob, rank: float | None, verdict: str
) -> None:
    assert verdict in words(browse(bob), scored(job, **of_lenders(rank)))


def test_auc_gini_ks_and_calibration_stand_together(browse: Browse, bob: User, job: TrainingJob) -> None:
    said = words(browse(bob), scored(job))
    assert re.search(r"ROC AUC 0\.752 .{,120}Gini coefficient 0\.504 .{,60}KS statistic 0\.412", said)
    assert "Do its probabilities hold?" in said


def test_whom_each_group_would_have_approved_is_said_in_a_sentence(browse: Browse, bob: User, job: TrainingJob) -> None:
    said = words(browse(bob), scored(job))
    assert "Were the best 80% of the held-out rows approved, 25.0 percentage points would lie between" in said
    assert "north 85.0% 90.0% 80" in said
    assert "Not known 60.0% – 12" in said  # too few good rows for a rate


def test_a_card_is_read_in_chinese(browse: Browse, bob: User, job: TrainingJob) -> None:
    said = words(browse(bob), scored(job), "zh-CN")
    for text in ("每人从 571 分起算", "评分卡与模型一致", "谁会获批：按“line”分组", "KS 统计量", "3 个较少见的取值"):
        assert text in said


def test_a_model_without_a_card_shows_none(browse: Browse, bob: User, job: TrainingJob) -> None:
    version = publish(job)
    assert "Score card" not in words(browse(bob), version)
    assert reason_codes(version, {"reasons": REASONS}) == []


def test_reasons_against_are_told_in_points(job: TrainingJob) -> None:
    version = scored(job)
    codes = reason_codes(version, {"reasons": REASONS})
    assert [(one["field"], one["points"]) for one in codes] == [("x0", -23), ("x1", -6)]  # 20 points halve the odds
    assert codes[1]["text"] == "x1 is not known"
    assert codes[0]["text"] in {"x0 is low", "x0 is high"}
    with translation.override("zh-hans"):
        assert reason_codes(version, {"reasons": REASONS})[1]["text"] == "“x1”未知"
    version.evaluation["scorecard"]["bad"] = "no"
    assert [one["field"] for one in reason_codes(version, {"reasons": REASONS})] == ["x2"]
    many = [{"field": f"x{n}", "value": 1.0, "weight": 0.1, "log_odds": -n / 10} for n in range(9)]
    assert [one["field"] for one in reason_codes(version, {"reasons": many})] == ["x8", "x7", "x6", "x5"]


def test_a_masked_number_is_not_held_against_what_is_usual(job: TrainingJob) -> None:
    version = scored(job)
    for one in version.preprocessing["fields"]:
        one["masked"] = True
    codes = reason_codes(version, {"reasons": REASONS})
    assert codes[0]["text"] == "x0 is “1.5”"


def test_who_tries_a_row_reads_the_main_reasons_against(
    browse: Browse, bob: User, job: TrainingJob, model: Model
) -> None:
    version, model.reasons = scored(job), REASONS
    shown = ask(browse(bob), version, "", {"field-x0": "1.5", "explain": "on"})
    assert "Main reasons against" in shown
    assert "-23 points" in shown
    assert "Main reasons against" not in ask(browse(bob), version, "", {"field-x0": "1.5"})


def test_a_program_reads_them_too(browse: Browse, bob: User, job: TrainingJob, model: Model) -> None:
    version, model.reasons = scored(job), REASONS
    model_of = version.model
    address = f"/api/v1/models/{model_of.organization.slug}/{model_of.slug}/versions/{version.number}/predict/"
    question = {"rows": [{"x0": 1.5}], "explain": True}
    answer = browse(bob).post(address, question, content_type="application/json").json()
    (told,) = answer["predictions"]
    assert [one["points"] for one in told["reason_codes"]] == [-23, -6]
    assert set(told["reason_codes"][0]) == {"field", "value", "points", "text"}


def test_several_pasted_rows_have_them_beside_each(browse: Browse, bob: User, job: TrainingJob, model: Model) -> None:
    version, model.reasons = scored(job), REASONS
    shown = ask(browse(bob), version, "rows/", {"text": "x0,x1\n1.5,2\n3,4", "explain": "on"})
    assert shown.count("-23 points") == shown.count("x1 is not known") == 2
    assert '<th scope="col">Main reasons against</th>' in shown
    assert "Main reasons against" not in ask(browse(bob), version, "rows/", {"text": "x0,x1\n1.5,2"})
    version.evaluation.pop("scorecard")
    version.save(update_fields=["evaluation"])
    assert "Main reasons against" not in ask(browse(bob), version, "rows/", {"text": "x0,x1\n1.5,2", "explain": "on"})
