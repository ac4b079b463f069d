"""The tab that explains a model: what stands there, in both languages, and what an empty place says."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from chainhub.accounts.models import User
from chainhub.jobs.models import TrainingJob
from chainhub.registry.models import ModelVersion
from tests.factories.explained import (
    everything,
    of_classes,
    of_distances,
    of_markets,
    of_mistaken_pictures,
    of_pictures,
    of_texts,
)
from tests.factories.models import evaluation, publish
from tests.hub.jobs.conftest import job, ours, theirs

__all__ = ["job", "ours", "theirs"]

Browse = Callable[[User | None], Client]
SCORES = {"anvil": (0.7, 0.9), "borealis": (0.8, 0.9)}


def explained(job: TrainingJob, **parts: Any) -> ModelVersion:
    return publish(job, found={**evaluation(SCORES), **parts})


def page_of(client: Client, version: ModelVersion, language: str = "en") -> Any:
    return client.get(f"{version.model.get_absolute_url()}?tab=explanation", headers={"Accept-Language": language})


def words(page: Any) -> str:
    shown = re.sub(r"<template.*?</template>", "", page.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", shown))


def test_where_it_fails_is_told_in_plain_words(browse: Browse, bob: User, job: TrainingJob) -> None:
    said = words(page_of(browse(bob), explained(job, **of_classes())))
    assert "age from 20 to 30 3 times the usual loss 57 everybody" in said
    assert "age up to 20 2 times the usual loss 33 Anvil" in said
    assert "size from 8.50 on" in said
    assert "line: B &lt;2&gt;" in said
    assert "line not known" in said


def test_every_part_has_its_heading_and_how_to_read_it(browse: Browse, bob: User, job: TrainingJob) -> None:
    page = page_of(browse(bob), explained(job, **everything()))
    said = words(page)
    for heading in (
        "Precision and recall", "Gain", "Lift", "How far off it may be, 90% of the time", "Examples of its mistakes",
        "Groups by line", "With noise laid over the data", "With values missing", "What counts at each organization",
        "How the answer follows a field", "Where it looks, class by class", "Words that speak for each class",
        "What it writes", "How hard the texts were to foresee", "What its predictions would have earned",
        "BLEU of each organization", "How far apart the partners' pictures are",
    ):  # fmt: skip
        assert heading in said, heading
    figures = re.findall(r'<figure class="chart.*?</figure>', page.content.decode(), re.DOTALL)
    assert len(figures) == 18
    assert all("data-chart-table" in figure and 'aria-label=""' not in figure for figure in figures)


def test_what_a_model_or_a_row_says_cannot_bring_markup(browse: Browse, bob: User, job: TrainingJob) -> None:
    page = page_of(browse(bob), explained(job, **everything())).content.decode()
    assert "<b>rust" not in page
    assert "<i>crack" not in page
    assert "B <2>" not in page


def test_one_line_for_each_organization_in_its_colour(browse: Browse, bob: User, job: TrainingJob) -> None:
    page = page_of(browse(bob), explained(job, **of_classes()))
    (field, kind, lines), (_other, bars_kind, bars) = page.context["dependence"]
    assert (field, kind, bars_kind) == ("age", "lines", "bars")
    assert [one.get("organization") for one in lines["series"]] == [None, "anvil", "borealis"]
    assert {one["slug"] for one in lines["organizations"]} == {"anvil", "borealis"}
    assert lines["y"] == {"label": "Probability of yes", "format": "percent"}
    assert bars["series"][2]["values"] == [0.4, None]
    assert page.context["by_organization"]["categories"] == ["age", "line"]


def test_a_single_organization_has_its_colour_and_nobody_the_ink_of_all(
    browse: Browse, bob: User, job: TrainingJob
) -> None:
    told = of_classes()["partial_dependence"]
    for point in (point for one in told for point in one["points"]):
        point["organizations"] = {"anvil": point["value"]}
    found = {**evaluation({"anvil": (0.7, 0.9)}), "partial_dependence": told}
    shown = page_of(browse(bob), publish(job, found=found)).context["dependence"]
    for (_field, _kind, chart), at in zip(shown, told, strict=True):
        (series,) = chart["series"]
        assert series["organization"] == "anvil"
        assert "everybody" not in series
        assert len(series.get("points") or series["values"]) == len(at["points"])


def test_a_share_that_could_not_be_measured_is_left_out(browse: Browse, bob: User, job: TrainingJob) -> None:
    page = page_of(browse(bob), explained(job, **of_classes()))
    assert page.context["gaps"]["series"][0]["points"] == [[0.0, 0.9], [0.25, 0.84]]


def test_a_model_of_texts_is_tried_with_words_left_out(browse: Browse, bob: User, job: TrainingJob) -> None:
    missing = [{"share": 0.0, "value": 0.9}, {"share": 0.5, "value": 0.7}]
    version = explained(job, robustness={"metric": "accuracy", "noise": [], "missing": missing})
    ModelVersion.objects.filter(pk=version.pk).update(preprocessing={**version.preprocessing, "kind": "text"})
    page = page_of(browse(bob), version)
    assert "With words left out" in words(page)
    assert "With values missing" not in words(page)
    assert page.context["words"]["series"][0]["points"] == [[0.0, 0.9], [0.5, 0.7]]
    assert "去掉一些词语时" in words(page_of(browse(bob), version, "zh-hans"))
    ModelVersion.objects.filter(pk=version.pk).update(evaluation={**version.evaluation, "robustness": {}})
    assert "no held-out texts to leave words out of" in words(page_of(browse(bob), version))


def test_heat_is_told_by_regions_to_who_does_not_see_it(browse: Browse, bob: User, job: TrainingJob) -> None:
    heat = page_of(browse(bob), explained(job, **of_pictures())).context["heat"]
    regions = dict(zip(heat["columns"][1:], heat["numbers"][0][1:], strict=True))
    assert max(regions, key=lambda place: regions[place]) == "Top left"
    assert len(regions) == 9


def test_an_empty_place_says_why(browse: Browse, bob: User, job: TrainingJob) -> None:
    page = page_of(browse(bob), explained(job, slices=[]))
    said = words(page)
    assert "Not shown here, and why" in said
    assert "No kind of at least 20 held-out rows does worse than the rest" in said
    assert "Interval around the answer" not in said


def test_who_switched_it_off_is_reminded(browse: Browse, bob: User, job: TrainingJob) -> None:
    version = explained(job, slices=[])
    TrainingJob.objects.filter(pk=job.pk).update(parameters={**job.parameters, "explained": False})
    assert "“Explain the model” was switched off" in words(page_of(browse(bob), version))


def test_an_old_version_says_that_it_is_old(browse: Browse, bob: User, job: TrainingJob) -> None:
    page = page_of(browse(bob), publish(job))
    assert "Nothing is explained here yet" in words(page)
    assert job.get_absolute_url() in page.content.decode()


@pytest.mark.parametrize("parts", [everything(), {"slices": []}, {}])
def test_it_speaks_chinese(browse: Browse, bob: User, job: TrainingJob, parts: dict[str, Any]) -> None:
    said = words(page_of(browse(bob), explained(job, **parts), "zh-CN"))
    assert any(each in said for each in ("在哪里出错", "这里没有显示的内容及原因", "这里还没有解释"))
    for english in ("Where it", "times the usual", "Not shown", "held-out", "Probability of"):
        assert english not in said, english


def test_when_holding_wins_a_sentence_says_so(browse: Browse, bob: User, job: TrainingJob) -> None:
    version = explained(job, **of_markets(ahead=-0.7))
    assert "Buying once and holding wins" in words(page_of(browse(bob), version))
    assert "一次买入后一直持有更划算" in words(page_of(browse(bob), version, "zh-CN"))


@pytest.mark.parametrize(("ahead", "said"), [(0.8, "by more than chance would make"), (0.2, "no more than chance may")])
def test_a_lead_within_chance_is_called_so(
    browse: Browse, bob: User, job: TrainingJob, ahead: float, said: str
) -> None:
    shown = words(page_of(browse(bob), explained(job, **of_markets(ahead))))
    assert said in shown
    assert "200 moments from 2024-01-02 to 2024-10-15" in shown
    assert "It may have read the future" not in shown


def test_a_field_from_the_future_is_named_before_any_number(browse: Browse, bob: User, job: TrainingJob) -> None:
    said = words(page_of(browse(bob), explained(job, **of_markets(suspects=("tomorrow <1>",)))))
    assert said.index("tomorrow &lt;1&gt;") < said.index("Sharpe ratio")
    assert "It earned more" not in said


def test_what_became_of_one_is_drawn_for_everybody_and_each(browse: Browse, bob: User, job: TrainingJob) -> None:
    shown = page_of(browse(bob), explained(job, **of_markets())).context["trading"]
    model, hold = shown["worth"]["series"]
    assert (model["points"][1], hold["points"][1]) == ([2, 1.002], [2, 1 + 2 / 2500])
    assert [one["organization"] for one in shown["each"]["series"]] == ["anvil", "borealis"]
    assert shown["each"]["series"][0]["points"][1][1] == pytest.approx(1.02 / 1.008)
    assert shown["ratios"]["rows"][0]["colour"] is None


def test_blocks_of_a_walk_are_told_one_by_one(browse: Browse, bob: User, job: TrainingJob) -> None:
    walked = of_markets()
    block = {"from": "2024-01-02", "to": "2024-02-20", "moments": 35, "model": 0.021, "hold": -0.013}
    walked["trading"]["blocks"] = [block]
    page = page_of(browse(bob), explained(job, **walked)).content.decode()
    assert "2024-01-02 – 2024-02-20" in page
    assert "a model that had learnt from nothing later" in page


@pytest.mark.parametrize(("apart", "said"), [
    (9.5, "Furthest apart are Anvil and Borealis: 9.50, where chance makes at most 1.50"),
    (1.5, "No two are clearly further apart (1.50 at most) than chance makes (1.50)"),
])  # fmt: skip
def test_distances_are_told_beside_what_chance_makes(
    browse: Browse, bob: User, job: TrainingJob, apart: float, said: str
) -> None:
    found = of_distances()["distances"] | {"matrix": [[1.25, apart], [apart, 1.5]]}
    assert said in words(page_of(browse(bob), explained(job, distances=found)))


def test_pictures_that_were_mistaken_are_shown_with_what_they_are(browse: Browse, bob: User, job: TrainingJob) -> None:
    page = page_of(browse(bob), explained(job, **of_mistaken_pictures())).content.decode()
    assert 'src="data:image/png;base64,iVBORw0KGgo' in page
    assert 'alt="A picture of 7 &lt;3&gt;, taken for 1"' in page


@pytest.mark.parametrize("picture", ["PHN2Zz48L3N2Zz4=", '" onerror="alert(1)', "A" * 100_000, 7])
def test_what_is_no_small_png_is_not_shown(browse: Browse, bob: User, job: TrainingJob, picture: Any) -> None:
    one = of_mistaken_pictures()["examples"][0] | {"picture": picture}
    page = page_of(browse(bob), explained(job, examples=[one])).content.decode()
    assert "data:image/png" not in page
    assert "onerror" not in page


def test_groups_stand_in_the_order_of_their_names(browse: Browse, bob: User, job: TrainingJob) -> None:
    compared = of_classes()["groups"]
    first = compared["groups"][0] | {"rows": 1140}
    compared["groups"] = [first | {"value": name} for name in (None, "from 10", "From 9", "2", "-3")]
    said = words(page_of(browse(bob), explained(job, groups=compared)))
    assert re.search(r"-3 1,140 .*2 1,140 .*From 9 1,140 .*from 10 1,140 .*Not known 1,140 .*Largest difference", said)


def test_texts_of_an_old_version_have_scores_without_intervals(browse: Browse, bob: User, job: TrainingJob) -> None:
    old = {name: of_texts()["written"][name] for name in ("bleu", "chrf", "examples")}
    said = words(page_of(browse(bob), explained(job, written=old)))
    assert "31.4" in said
    assert "BLEU of each organization" not in said
