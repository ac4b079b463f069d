"""The tab that explains a model: what stands there, in both languages, and what an empty place says."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from chainhub.accounts.models import User
from chainhub.jobs.models import TrainingJob
from chainhub.registry.models import ModelVersion
from tests.factories.explained import everything, of_classes, of_pictures
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
        "What it writes", "How hard the texts were to foresee",
    ):  # fmt: skip
        assert heading in said, heading
    figures = re.findall(r'<figure class="chart.*?</figure>', page.content.decode(), re.DOTALL)
    assert len(figures) == 13
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


def test_a_share_that_could_not_be_measured_is_left_out(browse: Browse, bob: User, job: TrainingJob) -> None:
    page = page_of(browse(bob), explained(job, **of_classes()))
    assert page.context["gaps"]["series"][0]["points"] == [[0.0, 0.9], [0.25, 0.84]]


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
