"""Who may launch what, on whose data."""

from typing import Any

import pytest

from chainhub.activity.models import AuditEvent, Notice
from chainhub.core.errors import DomainError, InvalidInputError, NotAllowedError
from chainhub.datasets.models import DatasetVersion
from chainhub.datasets.services import set_field
from chainhub.jobs import services
from chainhub.jobs.fields import feature_names
from chainhub.jobs.models import ApprovalStatus, Status, TrainingJob
from tests.factories import jobs as make


def test_alice_launches_a_job_and_it_is_queued(job: TrainingJob, ours: Any, theirs: Any) -> None:
    assert job.status == Status.QUEUED
    assert job.queue == "cpu"
    assert job.parameters["optimizer"] == "adam", "defaults are written down"
    assert {one.commit_oid for one in job.inputs.all()} == {ours.commit.oid, theirs.commit.oid}
    assert AuditEvent.objects.on_topics([job.topic]).filter(verb="job.proposed").count() == 1


def test_the_owner_of_the_data_is_told(job: TrainingJob, dora: Any, alice: Any) -> None:
    assert Notice.objects.visible_to(dora).filter(kind="job.uses-data", url=job.get_absolute_url()).exists()
    assert not Notice.objects.visible_to(alice).exists()


def test_a_viewer_may_not_launch(erin: Any, anvil: Any, alliance: Any, ours: Any) -> None:
    with pytest.raises(NotAllowedError):
        make.make_job(erin, anvil, alliance, [ours])


def test_an_outsider_may_not_launch(carol: Any, cobalt: Any, alliance: Any, ours: Any) -> None:
    with pytest.raises(NotAllowedError):
        make.make_job(carol, cobalt, alliance, [ours])


def test_nobody_launches_in_another_organizations_name(bob: Any, anvil: Any, alliance: Any, ours: Any) -> None:
    with pytest.raises(NotAllowedError):
        make.make_job(bob, anvil, alliance, [ours])


def test_data_that_was_not_granted_is_refused(alice: Any, anvil: Any, alliance: Any) -> None:
    version = make.make_version(anvil, alice)
    with pytest.raises(DomainError, match="may not be trained on") as refused:
        make.make_job(alice, anvil, alliance, [version])
    assert refused.value.field == "versions"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"parameters": {"epochs": 0}}, "epochs"),
        ({"parameters": {"colour": 3}}, "colour"),
        ({"parameters": {"loss": "mse"}}, "loss"),
        ({"parameters": {"task": "regression"}}, "task"),
        ({"recipe": "nonsense"}, "recipe"),
        ({"target": "nothing"}, "target"),
        ({"target": ""}, "target"),
        ({"fields": ["label"]}, "fields"),
        ({"fields": ["x9"]}, "fields"),
        ({"split": {"test_fraction": 2}}, "split.test_fraction"),
        ({"limits": {"minutes": -1}}, "limits.minutes"),
        ({"device": "abacus"}, "device"),
        ({"seed": -1}, "seed"),
        ({"title": " "}, "title"),
    ],
)
def test_nonsense_is_refused_with_the_field(
    alice: Any, anvil: Any, alliance: Any, ours: Any, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(DomainError) as refused:
        make.make_job(alice, anvil, alliance, [ours], **changes)
    assert refused.value.field == field
    assert str(refused.value)
    assert not TrainingJob.objects.exists()


def test_words_of_a_sensitive_field_do_not_travel_in_a_model(
    alice: Any, anvil: Any, alliance: Any, ours: Any, theirs: Any, dora: Any
) -> None:
    for field in theirs.inspection["fields"]:
        if field["name"] == "x0":
            field["type"] = "text"
    theirs.save(update_fields=["inspection"])
    set_field(theirs.dataset, "x0", actor=dora, sensitive=True)
    theirs = DatasetVersion.objects.get(pk=theirs.pk)
    with pytest.raises(InvalidInputError, match="is sensitive in “Theirs” and holds words"):
        make.make_job(alice, anvil, alliance, [theirs], fields=["x0", "x1"])
    theirs = DatasetVersion.objects.get(pk=theirs.pk)
    job = make.make_job(alice, anvil, alliance, [theirs])
    assert feature_names([theirs], target=job.target, chosen=job.fields) == ["x1", "x2"]


def test_no_data_is_refused(alice: Any, anvil: Any, alliance: Any) -> None:
    with pytest.raises(DomainError, match="at least one"):
        make.make_job(alice, anvil, alliance, [])


def test_text_here_and_numbers_there_is_refused(alice: Any, anvil: Any, alliance: Any, ours: Any) -> None:
    columns = make.table() | {"x0": ["a"] * 80}
    other = make.make_version(anvil, alice, name="Texts", columns=columns)
    make.grant(other, alliance, alice)
    with pytest.raises(DomainError, match="“x0” holds numbers in “Ours” but text in “Texts”"):
        make.make_job(alice, anvil, alliance, [ours, other])


def test_whoever_did_not_accept_the_newest_text_gives_no_data(alice: Any, anvil: Any, alliance: Any, ours: Any) -> None:
    alliance.agreements.create(number=2, text="Other words", sha256="1" * 64, created_by=alice)
    with pytest.raises(DomainError, match="version 2 of the usage agreement"):
        make.make_job(alice, anvil, alliance, [ours])


def test_the_same_key_gives_the_same_job(alice: Any, anvil: Any, alliance: Any, ours: Any) -> None:
    first = make.make_job(alice, anvil, alliance, [ours], idempotency_key="k")
    assert make.make_job(alice, anvil, alliance, [ours], idempotency_key="k").pk == first.pk
    with pytest.raises(services.OtherRequestError):
        make.make_job(alice, anvil, alliance, [ours], idempotency_key="k", seed=7)
    assert TrainingJob.objects.count() == 1


class TestApproval:
    """Borealis wants to be asked."""

    @pytest.fixture
    def asked(self, alice: Any, anvil: Any, alliance: Any, ours: Any, theirs: Any) -> TrainingJob:
        theirs.dataset.grants.update(needs_approval=True)
        return make.make_job(alice, anvil, alliance, [ours, theirs])

    def test_the_job_waits_and_says_for_whom(self, asked: TrainingJob, borealis: Any) -> None:
        assert asked.status == Status.PENDING
        assert asked.reason["params"] == {"organizations": "Borealis"}
        assert [one.organization for one in asked.approvals.all()] == [borealis]

    def test_ones_own_data_needs_no_approval(self, alice: Any, anvil: Any, alliance: Any, ours: Any) -> None:
        ours.dataset.grants.update(needs_approval=True)
        assert make.make_job(alice, anvil, alliance, [ours]).status == Status.QUEUED

    def test_the_owner_approves_and_the_job_is_queued(self, asked: TrainingJob, dora: Any) -> None:
        services.decide_approval(asked.approvals.get(), actor=dora, approve=True)
        asked.refresh_from_db()
        assert (asked.status, asked.reason) == (Status.QUEUED, None)

    def test_the_owner_declines_and_the_proposer_learns_why(self, asked: TrainingJob, dora: Any, alice: Any) -> None:
        services.decide_approval(asked.approvals.get(), actor=dora, approve=False, note="Not this month")
        asked.refresh_from_db()
        assert asked.status == Status.CANCELED
        assert asked.reason["params"]["note"] == "Not this month"
        assert Notice.objects.visible_to(alice).filter(kind="job.declined").exists()

    def test_a_scientist_of_the_owner_may_not_decide(self, asked: TrainingJob, bob: Any) -> None:
        with pytest.raises(NotAllowedError):
            services.decide_approval(asked.approvals.get(), actor=bob, approve=True)

    def test_nobody_decides_twice(self, asked: TrainingJob, dora: Any) -> None:
        services.decide_approval(asked.approvals.get(), actor=dora, approve=True)
        with pytest.raises(NotAllowedError):
            services.decide_approval(asked.approvals.get(), actor=dora, approve=False)

    def test_a_changed_job_voids_what_was_asked(self, asked: TrainingJob, dora: Any) -> None:
        TrainingJob.objects.filter(pk=asked.pk).update(seed=99)
        with pytest.raises(DomainError, match="have changed"):
            services.decide_approval(asked.approvals.get(), actor=dora, approve=True)
        assert asked.approvals.get().status == ApprovalStatus.PENDING

    def test_a_new_agreement_voids_what_was_asked(self, asked: TrainingJob, dora: Any, alice: Any) -> None:
        asked.collaboration.agreements.create(number=2, text="New", sha256="2" * 64, created_by=alice)
        with pytest.raises(DomainError, match="have changed"):
            services.decide_approval(asked.approvals.get(), actor=dora, approve=True)
