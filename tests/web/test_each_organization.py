"""What each organization reads of itself where nothing was trained alone to compare with."""

import html
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from chainhub.accounts.models import User
from chainhub.jobs.models import TrainingJob
from chainhub.registry.models import ModelVersion
from chainhub.registry.scores import in_order
from chainhub.web.explaining.failing import groups
from tests.factories.models import evaluation, files, publish
from tests.hub.jobs.conftest import job, ours, theirs

__all__ = ["job", "ours", "theirs"]

Browse = Callable[[User | None], Client]
SEEN = "Accuracy on each organization's rows, with 95 % intervals"
UNSEEN = "Accuracy on each organization's rows, of a model of the others that never saw them, with 95 % intervals"


def published(job: TrainingJob, parties: dict[str, float | None], **told: Any) -> ModelVersion:
    """A model with these scores on each one's own rows, and none that was trained alone."""
    found = evaluation({slug: (None, value) for slug, value in parties.items()}) | told
    for one in found["organizations"]:
        for part in ("own", "common"):
            one[part].pop("alone")
    found["weighted"].pop("alone")
    return publish(job, leave=files(found), found=found)


def pages(browse: Browse, reader: User, version: ModelVersion) -> list[Any]:
    return [browse(reader).get(each.get_absolute_url()) for each in (version.model, version.job)]


@pytest.mark.parametrize(("kind", "note"), [("holdout", SEEN), ("organization", UNSEEN)])
def test_a_partner_sees_how_well_it_does_for_each(
    browse: Browse, bob: User, job: TrainingJob, kind: str, note: str
) -> None:
    version = published(job, {"anvil": 0.57, "borealis": 0.12}, split={"kind": kind, "folds": 2})
    for page in pages(browse, bob, version):
        drawn = page.context["each"]
        assert [(row["name"], row["together"]["value"]) for row in drawn["rows"]] == [
            ("Anvil", 0.57),
            ("Borealis", 0.12),
        ]
        assert drawn["single"] == "Accuracy"
        assert note in html.unescape(page.content.decode())
        assert "from its own data alone and together" not in page.content.decode()


def test_in_chinese_too(browse: Browse, bob: User, job: TrainingJob) -> None:
    version = published(job, {"anvil": 0.57, "borealis": 0.12}, split={"kind": "organization", "folds": 2})
    client = browse(bob)
    for each in (version.model, version.job):
        page = client.get(each.get_absolute_url(), headers={"Accept-Language": "zh-hans"}).content.decode()
        assert "各机构数据行上的准确率：模型由其他机构共同训练、从未见过这些数据行，附 95% 置信区间" in page


@pytest.mark.parametrize("parties", [{"anvil": 0.9}, {"anvil": 0.9, "borealis": None}])
def test_a_single_score_is_drawn_nowhere_twice(
    browse: Browse, bob: User, job: TrainingJob, parties: dict[str, float | None]
) -> None:
    """It stands in the scores of the model."""
    for page in pages(browse, bob, published(job, parties)):
        assert page.context["each"] is None
        assert SEEN not in html.unescape(page.content.decode())


def test_where_each_was_trained_alone_both_are_drawn_and_nothing_twice(
    browse: Browse, bob: User, job: TrainingJob
) -> None:
    version = publish(job)
    for page in pages(browse, bob, version):
        assert "from its own data alone and together" in page.content.decode()
        assert SEEN not in html.unescape(page.content.decode())
        assert "single" not in json.dumps(page.context["each"])


def explained(browse: Browse, reader: User, version: ModelVersion, language: str = "en") -> Any:
    address = f"{version.model.get_absolute_url()}?tab=explanation"
    return browse(reader).get(address, headers={"Accept-Language": language})


def test_what_one_model_tells_says_whose_rows_it_was(browse: Browse, bob: User, job: TrainingJob) -> None:
    told = {"level": 0.9, "half_width": 1.5, "covered": 0.8, "organizations": {"borealis": 0.8}}
    split = {"kind": "organization", "folds": 2}
    moved = {
        "field": "x0",
        "kind": "number",
        "label": None,
        "points": [{"at": 1, "value": 0.4}, {"at": 2, "value": 0.6}],
    }
    version = published(
        job, {"anvil": 0.5, "borealis": 0.1}, split=split, interval=told, partial_dependence=[moved], told_of="borealis"
    )
    page = explained(browse, bob, version)
    assert "is told of the rows of Borealis" in page.content.decode()
    assert [row["name"] for row in page.context["interval"]["chart"]["rows"]] == ["Borealis"]  # and not Everybody
    ((_field, _kind, drawn),) = page.context["dependence"]
    assert [one.get("organization") for one in drawn["series"]] == ["borealis"]
    assert "取自Borealis" in explained(browse, bob, version, "zh-hans").content.decode()


def test_of_everybodys_rows_nobody_is_named(browse: Browse, bob: User, job: TrainingJob) -> None:
    told = {"level": 0.9, "half_width": 1.5, "covered": 0.8, "organizations": {"anvil": 0.9, "borealis": 0.7}}
    page = explained(browse, bob, published(job, {"anvil": 0.5, "borealis": 0.1}, interval=told))
    assert "is told of the rows of" not in page.content.decode()
    assert [row["name"] for row in page.context["interval"]["chart"]["rows"]] == ["Everybody", "Anvil", "Borealis"]


def test_scores_stand_in_one_order_wherever_they_were_kept() -> None:
    """PostgreSQL gives back names in an order of its own."""
    names = ["log_loss", "f1", "accuracy", "own_invention", "another", "roc_auc"]
    assert in_order(names) == ["accuracy", "f1", "roc_auc", "log_loss", "another", "own_invention"]
    metrics = {name: {"value": 0.5} for name in names}
    told = {"groups": {"field": "age", "groups": [{"value": one, "rows": 40, "metrics": metrics} for one in "ab"]}}
    found = groups({"primary_metric": {"name": "f1"}, **told})
    assert found is not None
    assert found["titles"] == ["Accuracy", "F1 score", "ROC AUC", "Log loss", "another", "own_invention"]
