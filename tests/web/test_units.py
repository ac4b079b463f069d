"""A number that a model foresees is told in the unit that the owners of its data gave the target."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from chainhub.accounts.models import User
from chainhub.datasets.models import Dataset
from chainhub.jobs.models import TrainingJob
from chainhub.registry.models import ModelVersion
from chainhub.repositories.storage import open_blob
from chainhub.web.formats import in_unit
from tests.factories.explained import of_classes, of_numbers
from tests.factories.kinds import KINDS, publish_kind
from tests.factories.models import evaluation, publish, score
from tests.hub.jobs.conftest import job, ours, theirs
from tests.web.test_trying_kinds import Model, ask, model, page

__all__ = ["job", "model", "ours", "theirs"]

Browse = Callable[[User | None], Client]
MPA = {"label": {"unit": "MPa <b>"}}  # the owner's own text
SAID = "MPa &lt;b&gt;"


def regression(job: TrainingJob, **parts: Any) -> ModelVersion:
    measured = {"mae": score(3.2), "rmse": score(4.1), "r2": score(0.9)}
    found = {
        **evaluation({"anvil": (5.0, 4.0), "borealis": (6.0, 4.2)}),
        "task": "regression",
        "primary_metric": {"name": "rmse", "higher_is_better": False},
        "overall": {"rows": 200, "metrics": measured},
        "residuals": {"points": [[1, 2]], "histogram": {"edges": [0, 1, 2], "counts": [3, 4]}},
    }
    return publish(job, found={**found, **parts})


def test_a_number_its_usual_error_and_the_rows_of_a_table(
    browse: Browse, bob: User, job: TrainingJob, model: Model
) -> None:
    version, model.answer = regression(job), {"value": 12.5}
    Dataset.objects.update(field_settings=MPA)
    shown = ask(browse(bob), version, {"field-x0": "1"})
    assert f'<span class="number">12.50\u00a0{SAID}</span>' in shown
    assert f"off by 3.20\u00a0{SAID} on average" in shown
    assert f"平均偏差为 3.20\u00a0{SAID}" in ask(browse(bob), version, {"field-x0": "1"}, language="zh-CN")
    assert f'<th scope="col">label ({SAID})</th>' in ask(browse(bob), version, {"text": "x0,x1\n1,2\n3,4"}, "rows/")


def test_a_forecast_its_band_and_its_axis(browse: Browse, bob: User, job: TrainingJob, model: Model) -> None:
    version = publish_kind(job, "series")
    Dataset.objects.update(field_settings={"demand": {"unit": "GWh"}})
    model.answer = {name: values[:1] for name, values in KINDS["series"]["answer"].items()}
    shown = ask(browse(bob), version, {"values": "1 2 3 4"})
    assert '<p class="verdict"><span class="number">4\u00a0GWh</span>' in shown
    assert "between 3 and 5\u00a0GWh" in shown
    assert "demand (GWh)" in shown
    explained = browse(bob).get(f"{version.model.get_absolute_url()}?tab=explanation").context["ahead"]
    assert explained["charts"][0]["data"]["y"] == {"label": "GWh"}
    assert explained["errors"]["y"]["label"] == "Mean absolute error (GWh)"


def test_scores_and_charts_of_the_target(browse: Browse, bob: User, job: TrainingJob) -> None:
    told = of_classes()["partial_dependence"][:1]
    told[0]["label"] = None
    version = regression(job, **of_numbers(), partial_dependence=told)
    Dataset.objects.update(field_settings=MPA)
    address, client = version.model.get_absolute_url(), browse(bob)
    overview = client.get(address).context
    assert [title for _name, title, _score in overview["overall"]] == [
        *("Root mean squared error (MPa <b>)", "Mean absolute error (MPa <b>)", "R²")
    ]
    assert overview["scatter"]["x"]["label"] == "Predicted (MPa <b>)"
    assert overview["errors"]["x"]["label"] == "MPa <b>"
    explained = client.get(f"{address}?tab=explanation")
    assert explained.context["dependence"][0][2]["y"]["label"] == "Answer (MPa <b>)"
    assert f"± 4.25\u00a0{SAID}" in explained.content.decode()
    assert client.get(job.get_absolute_url()).context["scatter"]["y"]["label"] == "Actual (MPa <b>)"
    compared = client.get(f"{job.get_absolute_url()}_comparison/").context
    assert compared["metric"] == explained.context["metric"] == "Root mean squared error (MPa <b>)"


@pytest.mark.parametrize(("path", "said"), [("README.md", "Predicts the number"), ("README.zh.md", "预测数值")])
def test_the_card_tells_it_too(job: TrainingJob, path: str, said: str) -> None:
    Dataset.objects.update(field_settings=MPA)
    with open_blob(regression(job).commit.files.get(path=path).blob) as file:
        text = file.read().decode()
    assert said in text
    assert "label (MPa \\<b\\>)" in text
    assert "| Mean absolute error (MPa \\<b\\>) |" in text or "| 平均绝对误差 (MPa \\<b\\>) |" in text


def test_data_that_is_told_in_another_unit_later_leaves_the_numbers_of_a_published_model_as_they_are(
    browse: Browse, bob: User, job: TrainingJob
) -> None:
    """Its newest version may be in ksi: what the model learnt was in MPa."""
    Dataset.objects.update(field_settings={"label": {"unit": "MPa"}})
    version = regression(job)
    Dataset.objects.update(field_settings={"label": {"unit": "ksi"}})
    overview = browse(bob).get(version.model.get_absolute_url())
    assert overview.context["scatter"]["x"]["label"] == "Predicted (MPa)"
    assert "ksi" not in overview.content.decode()


@pytest.mark.parametrize("units", [("MPa", "ksi"), ("", ""), ("MPa", "")])
def test_owners_who_differ_or_say_nothing_give_no_unit(
    browse: Browse, bob: User, job: TrainingJob, model: Model, units: tuple[str, str]
) -> None:
    version, model.answer = regression(job), {"value": 12.5}
    for one, unit in zip(Dataset.objects.order_by("pk"), units, strict=True):
        Dataset.objects.filter(pk=one.pk).update(field_settings={"label": {"unit": unit}} if unit else {})
    assert '<span class="number">12.50</span>' in ask(browse(bob), version, {"field-x0": "1"})
    assert browse(bob).get(version.model.get_absolute_url()).context["scatter"]["x"]["label"] == "Predicted"


def test_kinds_have_none(browse: Browse, bob: User, job: TrainingJob) -> None:
    version = publish(job, found=evaluation({"anvil": (0.7, 0.9), "borealis": (0.8, 0.9)}))
    Dataset.objects.update(field_settings=MPA)
    assert version.unit == ""
    assert "MPa" not in page(browse(bob), version, "overview")


def test_signs_stand_close_and_what_is_not_known_has_none() -> None:
    assert [in_unit("12.3", "%"), in_unit("12.3", "kg"), in_unit("–", "kg"), in_unit("7", "")] == [
        *("12.3%", "12.3\u00a0kg", "–", "7")
    ]
