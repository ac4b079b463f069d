"""Every scenario names a recipe that runs today, with parameters that it takes."""

import pytest
from django.utils import translation

from chainhub.jobs.catalogue import checked_parameters, find_recipe
from chainhub.scenarios.catalogue import Scenario, scenario, scenarios

EVERY = pytest.mark.parametrize("one", scenarios(), ids=lambda one: one.slug)


@EVERY
def test_its_recipe_serves_its_task_with_its_parameters(one: Scenario) -> None:
    recipe = find_recipe(one.recipe)
    assert one.task in recipe.tasks
    assert checked_parameters(recipe, one.parameters)


@EVERY
def test_its_texts_are_there_in_both_languages(one: Scenario) -> None:
    for text in (one.title, one.summary, one.industry, one.brings, one.receives, one.limits):
        with translation.override("en"):
            english = str(text)
        with translation.override("zh-hans"):
            assert str(text) != english


def test_addresses_are_unique_and_found() -> None:
    slugs = [one.slug for one in scenarios()]
    assert len(set(slugs)) == len(slugs)
    assert [scenario(slug) for slug in slugs] == scenarios()
    assert scenario("time-travel") is None


def test_at_least_two_have_real_example_data() -> None:
    shown = [one.example for one in scenarios() if one.example]
    assert len(shown) >= 2
    assert all(example.licence and example.source_url.startswith("https://") for example in shown)
