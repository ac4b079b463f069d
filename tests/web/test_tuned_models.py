"""What is said of a model that went on from a base model: what its maker changed, and why words are not there."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from chainhub.accounts.models import User
from chainhub.jobs import catalogue
from chainhub.jobs.models import TrainingJob
from chainhub.registry.models import ModelVersion
from chainhub.web.forms.jobs.parameters import shown_parameters
from tests.factories.bases import make_base
from tests.hub.jobs.conftest import job, ours, theirs
from tests.hub.registry.conftest import version

__all__ = ["job", "ours", "theirs", "version"]


@pytest.mark.parametrize(
    ("recipe", "chosen", "changed"),
    [
        ("fine-tune", {}, []),
        ("fine-tune", {"method": "full"}, ["What learns"]),
        ("fine-tune", {"learning_rate": 0.5}, ["Learning rate"]),
        ("fine-tune", {"method": "full", "learning_rate": 0.001}, ["What learns", "Learning rate"]),
        ("language-model", {"width": 512}, ["Width"]),
        ("tabular", {"learning_rate": 0.5}, ["Learning rate"]),
    ],
)
def test_only_what_somebody_chose_is_marked_as_changed(recipe: str, chosen: dict[str, Any], changed: list[str]) -> None:
    found = catalogue.find_recipe(recipe)
    shown = shown_parameters(found, catalogue.checked_parameters(found, chosen))
    assert sorted(str(one["title"]) for one in shown if one["changed"]) == sorted(changed)


def test_parameters_of_an_earlier_recipe_are_shown_as_they_were() -> None:
    shown = shown_parameters(catalogue.find_recipe("fine-tune"), {"method": "gone", "learning_rate": 0.1, "old": 1})
    assert [(one["value"], one["changed"]) for one in shown] == [("gone", True), ("0.1", True)]


@pytest.mark.parametrize(
    ("tuned", "reason"),
    [
        (True, "The terms of the data do not let every recipient read the texts, no word stands out"),
        (False, "The texts may be shown to nobody, or no word stands out."),
    ],
)
def test_why_no_words_speak_for_a_class(
    browse: Callable[[User | None], Client], alice: User, anvil: Any, version: ModelVersion, tuned: bool, reason: str
) -> None:
    evaluation = {**version.evaluation, "slices": []}
    ModelVersion.objects.filter(pk=version.pk).update(preprocessing={"kind": "text"}, evaluation=evaluation)
    if tuned:
        TrainingJob.objects.filter(pk=version.job_id).update(base=make_base(anvil, alice))
    page = browse(alice).get(f"{version.model.get_absolute_url()}?tab=explanation").content.decode()
    assert page.count("Words that speak for each class") == 1
    assert reason in page
