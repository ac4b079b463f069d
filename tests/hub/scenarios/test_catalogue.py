"""Every scenario names a recipe that runs today, with parameters that it takes."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from chainhub.jobs.catalogue import checked_parameters, find_recipe
from chainhub.scenarios.catalogue import Scenario, scenario, scenarios
from chainhub.scenarios.catalogue.kinds import reached_by
from chainhub.scenarios.samples import SAMPLES

EVERY = pytest.mark.parametrize("one", scenarios(), ids=lambda one: one.slug)


@EVERY
def test_its_recipe_serves_its_task_with_its_parameters(one: Scenario) -> None:
    recipe = find_recipe(one.recipe)
    assert one.task in recipe.tasks
    assert checked_parameters(recipe, one.parameters)


@EVERY
def test_its_texts_are_there_in_both_languages(one: Scenario) -> None:
    said = [one.title, one.summary, one.industry, one.brings, one.receives, one.limits, one.duties]
    for trial in one.trials:
        said += [trial.title, *([trial.caveat] if trial.caveat else []), *(known.method for known in trial.baselines)]
    for text in said:
        with translation.override("en"):
            english = str(text)
        with translation.override("zh-hans"):
            assert str(text) != english


def test_addresses_are_unique_and_found() -> None:
    slugs = [one.slug for one in scenarios()]
    assert len(set(slugs)) == len(slugs)
    assert [scenario(slug) for slug in slugs] == scenarios()
    assert scenario("time-travel") is None


@EVERY
def test_it_was_tried_on_real_data_whose_licence_is_told(one: Scenario) -> None:
    assert one.trials
    for trial in one.trials:
        assert trial.data.licence
        assert trial.data.source_url.startswith("https://")
        settings = one.settings_of(trial)
        assert checked_parameters(find_recipe(settings["recipe"]), settings["parameters"])


@pytest.mark.parametrize("page", ["example-data.md", "example-data.zh.md"])
def test_sample_data_is_trained_on_or_the_page_says_why_not(page: str) -> None:
    unused = set(SAMPLES) - {trial.sample for one in scenarios() for trial in one.trials}
    (line,) = re.findall(r"^`poems`.*", (Path(settings.ROOT) / "docs" / page).read_text(encoding="utf-8"), re.MULTILINE)
    assert unused == {"poems", "hpo-terms"}
    assert all(f"`{slug}`" in line for slug in unused)


def test_one_method_is_named_once_for_all_of_its_metrics() -> None:
    forest, peer = reached_by("Forest", part="together", roc_auc=0.8, mae=0.2)
    assert (forest.metric, forest.value, forest.method, forest.part) == ("roc_auc", 0.8, "Forest", "together")
    assert (forest.lower_is_better, peer.lower_is_better) == (False, True)


def test_every_score_card_compares_groups() -> None:
    """Lenders must look at how alike groups are treated; whoever launches an example finds it there."""
    for one in scenarios():
        for trial in one.trials:
            settings = one.settings_of(trial)["parameters"]
            assert not settings.get("scorecard") or settings["group_field"], f"{one.slug}/{trial.slug}"
