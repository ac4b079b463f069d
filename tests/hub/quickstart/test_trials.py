"""`manage.py scenarios`: what is named is run, and a name that nothing has is said before anything begins."""

import argparse
from typing import Any

import pytest

from chainhub.jobs.models import TrainingJob
from chainhub.organizations.models import Organization
from chainhub.quickstart import trials
from chainhub.quickstart.hub import HubError

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("only", [["heart"], ["credit-scoring", "heart"], ["credit-scoring/mars"]])
def test_a_name_that_no_scenario_has_is_said(only: list[str]) -> None:
    """One that is written wrong among others, too."""
    options = argparse.Namespace(only=only, docs="/nowhere")
    with pytest.raises(HubError, match=f"No scenario is called “{only[-1]}”"):
        trials._train(options, hub=None)  # type: ignore[arg-type]  # nothing is asked of it
    assert not TrainingJob.objects.exists()


def test_scenarios_and_single_examples_are_named() -> None:
    every = trials._examples()

    def chosen(*only: str) -> set[str]:
        return {f"{one.scenario.slug}/{one.trial.slug}" for one in every if trials._is_wanted(one, list(only))}

    assert chosen("credit-scoring/loans", "process-quality") == {"credit-scoring/loans", "process-quality/steel"}
    assert len(chosen()) == len(every)


def test_begun_again_it_has_the_same_organization(db: Any) -> None:
    assert {one.organization for one in trials._examples()} == {one.organization for one in trials._examples()}
    assert Organization.objects.count() == 1
