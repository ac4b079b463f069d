"""Single rows stand in what a job tells only where everyone who receives it may see them."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from chainhub.collaborations.models import Collaboration
from chainhub.datasets.models import DatasetVersion, Grant
from chainhub.datasets.permissions import everyone_may_see_rows
from chainhub.jobs import runner, services
from chainhub.jobs.models import TrainingJob


@pytest.fixture
def shown(theirs: DatasetVersion) -> Grant:
    """Borealis lets all participants see its rows."""
    grant = Grant.objects.get(dataset=theirs.dataset)
    grant.allows_rows = True
    grant.save()
    return grant


def test_the_trainer_is_told_whose_rows_may_be_shown(shown: Grant, job: TrainingJob) -> None:
    run = services.claim_job(job.pk, node=None)
    assert run is not None
    layout = runner.lay_out(run)
    told = {one["organization"]: one["viewable"] for one in json.loads(layout.spec.read_text())["inputs"]}
    assert told == {"anvil": False, "borealis": True}


def test_one_who_may_not_see_them_is_enough(
    anvil: Any, dora: Any, alliance: Collaboration, theirs: DatasetVersion, shown: Grant
) -> None:
    assert everyone_may_see_rows(theirs.dataset, alliance)
    Grant.objects.create(dataset=theirs.dataset, collaboration=alliance, organization=anvil, granted_by=dora)
    assert not everyone_may_see_rows(theirs.dataset, alliance)


def test_a_grant_to_one_shows_nothing_to_all(
    anvil: Any, alliance: Collaboration, theirs: DatasetVersion, shown: Grant
) -> None:
    shown.organization = anvil
    shown.save()
    assert not everyone_may_see_rows(theirs.dataset, alliance)


@pytest.mark.parametrize("change", ["until", "terms", "revoked_at"])
def test_what_ends_or_is_for_others_is_not_for_all(
    alliance: Collaboration, theirs: DatasetVersion, shown: Grant, change: str
) -> None:
    soon = timezone.now() + timedelta(days=9)
    values = {"until": soon, "terms": {"organizations": ["cobalt"]}, "revoked_at": timezone.now()}
    setattr(shown, change, values[change])
    shown.save()
    assert not everyone_may_see_rows(theirs.dataset, alliance)
