"""Data is taken back, narrowed or over while jobs wait and run: what stops, what goes on, and who reads of it."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chainhub.activity.models import AuditEvent, Notice
from chainhub.core.sentences import render
from chainhub.datasets.models import DatasetVersion, Grant
from chainhub.datasets.services import grant_use, revoke_grant
from chainhub.jobs import services
from chainhub.jobs.models import JobInput, Run, Status, TrainingJob
from chainhub.jobs.services import running
from chainhub.jobs.services.stopping import why_to_stop
from chainhub.policies.services.granting import grant_on_terms
from chainhub.policies.terms import Terms
from chainhub.registry.consequences import consequences_of
from tests.factories import jobs as make
from tests.hub.policies.oracle import stops

TODAY = timezone.now().date()


@pytest.fixture
def theirs(borealis: Any, dora: Any) -> DatasetVersion:
    return make.make_version(borealis, dora, name="Theirs")


@pytest.fixture
def second(borealis: Any, dora: Any) -> DatasetVersion:
    return make.make_version(borealis, dora, name="Second")


class Sides:
    """Dora gives Borealis' data; Alice launches for Anvil."""

    def __init__(self, version: DatasetVersion, alliance: Any, dora: Any, alice: Any, anvil: Any) -> None:
        self.version, self.dataset, self.alliance = version, version.dataset, alliance
        self.dora, self.alice, self.anvil = dora, alice, anvil

    def give(self, *, to: Any = None, **terms: Any) -> Grant:
        return grant_on_terms(
            self.dataset, self.alliance, actor=self.dora, terms=Terms(**terms), organization=to, anew=True
        )

    def launch(self, *versions: DatasetVersion) -> TrainingJob:
        return make.make_job(self.alice, self.anvil, self.alliance, list(versions) or [self.version])

    def running(self, *versions: DatasetVersion) -> TrainingJob:
        job = self.launch(*versions)
        assert services.claim_job(job.pk, node=None) is not None
        return job


@pytest.fixture
def sides(theirs: DatasetVersion, alliance: Any, dora: Any, alice: Any, anvil: Any) -> Sides:
    return Sides(theirs, alliance, dora, alice, anvil)


def state(job: TrainingJob) -> str:
    """canceled, stopping, or where it stands."""
    job.refresh_from_db()
    return "stopping" if job.status == Status.RUNNING and job.cancel_requested_at else str(job.status)


class TestTakenBack:
    """The special grant goes; another one remains."""

    def test_what_the_remaining_grant_forbids_is_stopped_while_it_runs(self, sides: Sides) -> None:
        special = sides.give(to=sides.anvil)
        job = sides.running()
        sides.give(uses=("evaluate",))
        assert state(job) == "running", "the agreement of its launch still stands"
        revoke_grant(special, actor=sides.dora)
        assert state(job) == "stopping"
        assert "evaluating models with it, not training" in render(job.reason)

    def test_what_the_remaining_grant_permits_goes_on(self, sides: Sides) -> None:
        special = sides.give(to=sides.anvil)
        runs, waits = sides.running(), sides.launch()
        sides.give()
        revoke_grant(special, actor=sides.dora)
        assert (state(runs), state(waits)) == ("running", "queued")

    def test_it_is_in_the_audit_log_in_the_name_of_who_took_back(self, sides: Sides) -> None:
        grant = sides.give()
        runs, waits = sides.running(), sides.launch()
        revoke_grant(grant, actor=sides.dora)
        assert (state(runs), state(waits)) == ("stopping", "canceled")
        events = AuditEvent.objects.filter(verb="job.stopped").order_by("pk")
        assert [(one.actor, one.target_url) for one in events] == [
            (sides.dora, runs.get_absolute_url()), (sides.dora, waits.get_absolute_url()),
        ]  # fmt: skip
        assert "may no longer be used for it" in events[0].text
        assert sides.dataset.organization.topic in events[0].topics


class TestRenewed:
    def test_a_renewal_on_narrower_terms_stops_what_runs(self, sides: Sides) -> None:
        sides.give()
        runs, waits = sides.running(), sides.launch()
        sides.give(recipes=("image-classification",))
        assert (state(runs), state(waits)) == ("stopping", "queued"), "what waits is asked when it starts"
        assert "do not permit this training recipe" in render(runs.reason)
        assert AuditEvent.objects.get(verb="job.stopped").actor == sides.dora

    def test_a_renewal_that_permits_it_stops_nothing(self, sides: Sides) -> None:
        sides.give()
        runs = sides.running()
        sides.give(name_source=True, max_jobs=5)
        assert state(runs) == "running"

    def test_a_lowered_number_stops_the_later_of_two_that_run(self, sides: Sides) -> None:
        sides.give()
        first, second = sides.running(), sides.running()
        sides.give(max_jobs=1)
        assert (state(first), state(second)) == ("running", "stopping")


def test_the_end_of_terms_is_told_to_the_owner_and_written_down(sides: Sides) -> None:
    """Nobody did it: the hub did. Dora, whose data it was, and Alice, who launched, both read of it."""
    grant = sides.give(until=TODAY)
    runs = sides.running()
    yesterday = TODAY - timedelta(days=1)
    over = Terms(until=yesterday)
    Grant.objects.filter(pk=grant.pk).update(terms=over.as_json(), until=over.ends_at)
    services.reap_lost()
    services.reap_lost()
    assert state(runs) == "stopping"
    event = AuditEvent.objects.get(verb="job.stopped")
    assert event.actor is None
    assert f"Its terms ended with {yesterday}" in event.text
    told = {person: Notice.objects.filter(user=person, kind="job.stopped") for person in (sides.dora, sides.alice)}
    assert [len(notices) for notices in told.values()] == [1, 1]
    assert "the terms of your data have ended" in told[sides.dora].get().text


class TestAsking:
    """Dora begins to ask before each job while jobs wait and run."""

    def test_what_waits_waits_for_her_answer_and_then_starts(self, sides: Sides) -> None:
        sides.give()
        runs, waits = sides.running(), sides.launch()
        sides.give(ask_each_job=True)
        assert (state(runs), state(waits)) == ("running", "pending")
        assert render(waits.reason) == "Waits for the approval of Borealis."
        asked = waits.approvals.get()
        assert waits.approvals.model.objects.awaiting(sides.dora, ["owner"]).get() == asked
        assert AuditEvent.objects.get(verb="job.approval-asked").actor == sides.dora
        services.decide_approval(asked, actor=sides.dora, approve=True)
        assert services.claim_job(waits.pk, node=None) is not None

    def test_the_switch_alone_does_so_too(self, sides: Sides) -> None:
        sides.give()
        waits = sides.launch()
        grant_use(sides.dataset, sides.alliance, actor=sides.dora, needs_approval=True)
        assert state(waits) == "pending"
        services.decide_approval(waits.approvals.get(), actor=sides.dora, approve=False)
        assert state(waits) == "canceled"

    def test_what_ran_and_comes_back_to_the_queue_waits_as_well(self, sides: Sides) -> None:
        sides.give()
        job = sides.running()
        sides.give(ask_each_job=True)
        running.give_back(job.runs.get())
        assert services.claim_job(job.pk, node=None) is None
        assert state(job) == "pending"
        assert job.started_at is not None
        services.decide_approval(job.approvals.get(), actor=sides.dora, approve=True)
        assert services.claim_job(job.pk, node=None) is not None

    def test_the_owners_own_jobs_wait_for_nobody(self, sides: Sides, borealis: Any) -> None:
        sides.give()
        own = make.make_job(sides.dora, borealis, sides.alliance, [sides.version])
        sides.give(ask_each_job=True)
        assert state(own) == "queued"

    def test_a_yes_that_was_said_stays_one(self, sides: Sides) -> None:
        sides.give(ask_each_job=True)
        job = sides.launch()
        services.decide_approval(job.approvals.get(), actor=sides.dora, approve=True)
        sides.give(ask_each_job=True)
        assert state(job) == "queued"
        assert services.claim_job(job.pk, node=None) is not None

    def test_a_job_that_other_terms_forbid_anyway_is_not_asked_about(self, sides: Sides) -> None:
        sides.give()
        job = sides.launch()
        sides.give(ask_each_job=True, name_source=True)
        assert state(job) == "queued"
        assert services.claim_job(job.pk, node=None) is None
        assert state(job) == "failed"


class TestPreview:
    """What would stop is shown by the rule that stops."""

    def test_jobs_that_another_grant_covers_are_not_listed(self, sides: Sides) -> None:
        special = sides.give(to=sides.anvil)
        runs, waits = sides.running(), sides.launch()
        sides.give()
        assert consequences_of(sides.dataset, grant=special)["jobs"] == []
        general = Grant.objects.active().get(organization=None)
        assert consequences_of(sides.dataset, grant=general)["jobs"] == []
        assert [state(runs), state(waits)] == ["running", "queued"], "looking stops nothing"

    def test_the_owners_own_jobs_under_a_special_grant_are(self, sides: Sides, borealis: Any) -> None:
        special = sides.give(to=sides.anvil)
        own = make.make_job(sides.dora, borealis, sides.alliance, [sides.version])
        assert [job["number"] for job in consequences_of(sides.dataset, grant=special)["jobs"]] == [own.pk]
        revoke_grant(special, actor=sides.dora)
        assert state(own) == "canceled"


TERMS: list[dict[str, Any]] = [{}, {"uses": ("evaluate",)}, {"recipes": ("tabular",)}, {"organizations": ("cobalt",)}]


# Each example rolls back what it wrote, so that the next begins with the same cast.
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["general", "special"]),
    st.sampled_from(TERMS),
    st.one_of(st.none(), st.sampled_from(TERMS)),
    st.sampled_from(["revoke", "renew"]),
    st.booleans(),
)
def test_what_stops_agrees_with_the_oracle_and_with_the_preview(
    sides: Sides, under: str, first: dict[str, Any], other: dict[str, Any] | None, how: str, asks: bool
) -> None:
    """One job runs and one waits under a grant without limits; that is taken back, or renewed on `first`."""
    with transaction.atomic():
        to, elsewhere = (sides.anvil, None) if under == "special" else (None, sides.anvil)
        grant = sides.give(to=to)
        runs, waits = drawn(sides, grant, Status.RUNNING), drawn(sides, grant, Status.QUEUED)
        if other is not None:
            sides.give(to=elsewhere, **other)
        if how == "revoke":
            seen = set(why_to_stop(sides.dataset, grant=grant))
            revoke_grant(grant, actor=sides.dora)
            assert seen == {job.pk for job in (runs, waits) if state(job) in {"stopping", "canceled"}}
        else:
            sides.give(to=to, **first, ask_each_job=asks)
        plain = [None if how == "revoke" else {**Terms(**first).as_json(), "ask_each_job": asks}]
        plain.append(None if other is None else Terms(**other).as_json())
        general, special = plain if under == "general" else plain[::-1]
        expected = {status: stops(status, general=general, special=special) for status in ("running", "waiting")}
        assert (state(runs) == "stopping") == expected["running"]
        assert (state(waits) == "canceled") == expected["waiting"]
        transaction.set_rollback(True)


def drawn(sides: Sides, grant: Grant, status: str) -> TrainingJob:
    job = TrainingJob.objects.create(
        title="Drawn", collaboration=sides.alliance, organization=sides.anvil, proposed_by=sides.alice,
        recipe="tabular", target="label", status=status,
    )  # fmt: skip
    JobInput.objects.create(job=job, version=sides.version, commit_oid="", grant=grant)
    if status == Status.RUNNING:
        Run.objects.create(job=job, number=1, lease=uuid4(), lease_until=timezone.now() + timedelta(hours=1))
    return job
