"""People launch the same example at the same instant: each organization has one, and what they share is made once.

On PostgreSQL rows are locked one by one; on SQLite one transaction writes at a time.
"""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from chainhub.collaborations.models import Collaboration, Participant
from chainhub.datasets.models import Dataset, DatasetVersion, Grant
from chainhub.jobs.models import TrainingJob
from chainhub.organizations.models import Organization, Role
from chainhub.scenarios import samples
from chainhub.scenarios.catalogue import scenario
from chainhub.scenarios.examples import Example
from chainhub.scenarios.making import launch_example
from chainhub.scenarios.partners import MARK
from tests.conftest import person, seat
from tests.process.test_taking_back_at_once import at_once

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True)]
HEART = "/scenarios/disease-diagnosis/heart/"
HOSPITALS = 2
ROWS = 40


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two hospitals with a few patients each."""
    whole = samples.SAMPLES["heart"]
    lines = [b"%d,%d,%s\n" % (40 + n % 20, 200 + n % 10, b"present" if n % 3 else b"absent") for n in range(ROWS)]
    content = b"age,chol,heart_disease\n" + b"".join(lines)
    parts = tuple(replace(part, content=lambda: content, rows=ROWS) for part in whole.parts[:HOSPITALS])
    monkeypatch.setitem(samples.SAMPLES, "heart", replace(whole, parts=parts, fields={}, identifiers=()))


@pytest.fixture
def example(anvil: Organization) -> Example:
    found = scenario("disease-diagnosis")
    assert found
    return Example(found, found.trials[0], anvil)


def test_two_people_of_one_organization_click_at_once(alice: Any, anvil: Any) -> None:
    erin = seat(person("Erin"), anvil, Role.ADMIN)
    answers: Counter[int] = Counter()

    def click(who: Any) -> None:
        client = Client()
        client.force_login(who)
        answers[client.post(HEART).status_code] += 1

    assert at_once(lambda: click(alice), lambda: click(erin)) == []
    assert answers == {302: 2}
    together = Collaboration.objects.get(initiator=anvil)
    assert together.participants.accepted().count() == HOSPITALS + 1


def test_two_organizations_click_at_once(alice: Any, anvil: Any, cobalt: Any, carol: Any) -> None:
    answers: Counter[int] = Counter()

    def click(who: Any) -> None:
        client = Client()
        client.force_login(who)
        answers[client.post(HEART).status_code] += 1

    assert at_once(lambda: click(alice), lambda: click(carol)) == []
    assert answers == {302: 2}
    assert {one.initiator_id for one in Collaboration.objects.all()} == {anvil.pk, cobalt.pk}
    assert Organization.objects.filter(name__endswith=MARK).count() == HOSPITALS
    assert Participant.objects.accepted().count() == 2 * (HOSPITALS + 1)


def test_the_same_work_twice_at_once_makes_everything_once(alice: Any, example: Example) -> None:
    made: list[TrainingJob] = []
    works = [lambda: made.append(launch_example(example, actor=alice))] * 3
    assert at_once(*works) == []
    assert len(made) == len(works)
    assert len({job.pk for job in made}) == TrainingJob.objects.count() == 1
    assert Dataset.objects.count() == DatasetVersion.objects.count() == Grant.objects.count() == HOSPITALS


def test_two_organizations_are_worked_for_at_once(alice: Any, carol: Any, cobalt: Any, example: Example) -> None:
    other = replace(example, organization=cobalt)
    assert at_once(lambda: launch_example(example, actor=alice), lambda: launch_example(other, actor=carol)) == []
    assert {job.organization for job in TrainingJob.objects.all()} == {example.organization, cobalt}
    assert Dataset.objects.count() == DatasetVersion.objects.count() == HOSPITALS
    assert Grant.objects.count() == 2 * HOSPITALS
