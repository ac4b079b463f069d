"""Jobs are counted under an agreement: renewing adds none, agreeing anew does; drawn at random against the oracle."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chainhub.core.sentences import render
from chainhub.datasets.models import Dataset, DatasetVersion, Grant
from chainhub.datasets.services import revoke_grant
from chainhub.jobs import services
from chainhub.jobs.counting import jobs_under
from chainhub.jobs.models import JobInput, Run, Status, TrainingJob
from chainhub.jobs.services.steering import refused_now
from chainhub.jobs.terms import ForbiddenByTermsError
from chainhub.policies.models import AccessRequest
from chainhub.policies.services import accept, grant_on_terms, request_access
from chainhub.policies.terms import Terms
from tests.factories import jobs as make
from tests.hub.policies.oracle import counted, permitted

EVENTS = ["agreed", "renewed", "renewed on other terms", "given again", "for all", "ran", "waits", "never ran"]


@pytest.fixture
def theirs(borealis: Any, dora: Any) -> DatasetVersion:
    version = make.make_version(borealis, dora, name="Theirs")
    Dataset.objects.update(visibility="hub")
    return version


class Sides:
    """Dora gives Borealis' data, Alice asks for Anvil and launches."""

    def __init__(self, version: DatasetVersion, collaboration: Any, dora: Any, alice: Any, anvil: Any) -> None:
        self.version, self.collaboration, self.dora, self.alice, self.anvil = version, collaboration, dora, alice, anvil

    def give(self, number: int, *, to: Any, **terms: Any) -> Grant:
        said = Terms(max_jobs=number, **terms)
        return grant_on_terms(
            self.version.dataset, self.collaboration, actor=self.dora, terms=said, organization=to, anew=True
        )

    def agree(self, number: int) -> Grant:
        asked: AccessRequest = request_access(
            self.version.dataset, self.collaboration, self.anvil, actor=self.alice, purpose="Wear",
            terms=Terms(max_jobs=number),
        )  # fmt: skip
        return accept(asked, actor=self.dora, read=1).agreement.grant

    def launch(self) -> TrainingJob:
        return make.make_job(self.alice, self.anvil, self.collaboration, [self.version])

    def refused_for(self) -> str:
        """The term for which a launch is refused; empty where it is not."""
        try:
            self.launch()
        except ForbiddenByTermsError as refused:
            return refused.term
        return ""


@pytest.fixture
def sides(theirs: Any, alliance: Any, dora: Any, alice: Any, anvil: Any) -> Sides:
    return Sides(theirs, alliance, dora, alice, anvil)


def test_renewing_adds_no_job(sides: Sides) -> None:
    sides.give(2, to=None)
    sides.launch()
    sides.launch()
    sides.give(2, to=None)
    with pytest.raises(ForbiddenByTermsError, match="permit 2 jobs, and all have been launched"):
        sides.launch()


def test_other_terms_of_the_owner_add_only_what_they_name(sides: Sides) -> None:
    sides.give(1, to=None)
    sides.launch()
    sides.give(2, to=None, models_may_leave=False)
    sides.launch()
    with pytest.raises(ForbiddenByTermsError):
        sides.launch()


def test_what_is_taken_back_and_given_again_is_counted_on(sides: Sides) -> None:
    grant = sides.give(1, to=None)
    run = services.claim_job(sides.launch().pk, node=None)
    assert run is not None
    revoke_grant(grant, actor=sides.dora)
    sides.give(1, to=None)
    with pytest.raises(ForbiddenByTermsError):
        sides.launch()


def test_an_agreement_of_both_begins_a_new_count(sides: Sides) -> None:
    sides.agree(1)
    sides.launch()
    with pytest.raises(ForbiddenByTermsError):
        sides.launch()
    sides.agree(1)
    sides.launch()
    with pytest.raises(ForbiddenByTermsError):
        sides.launch()


def test_jobs_of_all_do_not_count_for_the_one_that_agreed(sides: Sides) -> None:
    sides.give(1, to=None)
    sides.launch()
    sides.agree(1)
    sides.launch()
    with pytest.raises(ForbiddenByTermsError):
        sides.launch()


def test_where_the_owner_lowers_the_number_the_earlier_job_goes_first(sides: Sides) -> None:
    sides.give(3, to=None)
    first, second = sides.launch(), sides.launch()
    sides.give(1, to=None)
    # Both were launched under other terms and do not start; but only the later for want of a job.
    assert "have changed since the job was launched" in render(refused_now(first))
    assert "permit one job, and that has been launched" in render(refused_now(second))


# Each example rolls back what it wrote, so that the next begins with the same cast.
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(EVENTS), max_size=9), st.integers(1, 4))
def test_counting_and_oracle_agree_on_every_history(sides: Sides, events: list[str], number: int) -> None:
    with transaction.atomic():
        grant = History(sides, number).play(events)
        before = jobs_under([grant])[grant.pk]
        assert before == counted(events)
        policy, job = {**Terms(max_jobs=number).as_json()}, {**JOB, "jobs_before": counted(events)}
        assert sides.refused_for() == ("" if permitted(policy, job) else "max_jobs")
        transaction.set_rollback(True)


JOB: dict[str, Any] = {
    "organization": "anvil", "owner": "borealis", "approved": True, "pool": {"borealis"},
    "classes": {}, "countable": True, "epsilon": None, "collaboration": "", "purpose": "", "recipe": "tabular",
    "act": "train-pooled",
    "at": datetime(2027, 3, 1, tzinfo=UTC),
}  # fmt: skip


class History:
    """What happens between Borealis and Anvil, row by row."""

    def __init__(self, sides: Sides, number: int) -> None:
        self.sides, self.number = sides, number
        self.grant = sides.give(number, to=sides.anvil)

    def play(self, events: list[str]) -> Grant:
        for event in events:
            self._happens(event)
        return self.grant

    def _happens(self, event: str) -> None:
        sides = self.sides
        if event == "agreed":
            self.grant = sides.agree(self.number)
        elif event == "renewed":
            self.grant = sides.give(self.number, to=sides.anvil)
        elif event == "renewed on other terms":
            self.grant = sides.give(self.number, to=sides.anvil, name_source=True)
        elif event == "given again":
            revoke_grant(self.grant, actor=sides.dora)
            self.grant = sides.give(self.number, to=sides.anvil)
        elif event == "for all":
            general = sides.give(self.number, to=None)
            self._job(Status.QUEUED, under=general)
        else:
            self._job(Status.QUEUED if event == "waits" else Status.CANCELED, ran=event == "ran")

    def _job(self, status: str, *, ran: bool = False, under: Grant | None = None) -> None:
        sides = self.sides
        job = TrainingJob.objects.create(
            title="Drawn", collaboration=sides.collaboration, organization=sides.anvil, proposed_by=sides.alice,
            recipe="tabular", target="label", status=status,
        )  # fmt: skip
        JobInput.objects.create(job=job, version=sides.version, commit_oid="", grant=under or self.grant)
        if ran:
            Run.objects.create(job=job, number=1, lease=uuid4(), lease_until=timezone.now(), ended_at=timezone.now())
