"""Rows and files under grants: one to a participant goes before one to all, drawn at random against the oracle."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chainhub.collaborations.models import Collaboration, Participant, ParticipantStatus
from chainhub.datasets import permissions
from chainhub.datasets.models import Dataset, DatasetVersion, Grant
from chainhub.datasets.reads import reading_for
from chainhub.organizations.models import Membership, Role
from chainhub.policies.parsing import parse_terms
from chainhub.policies.services.granting import conditions_of, grant_on_terms
from chainhub.policies.terms import Terms
from tests.factories import jobs as make
from tests.hub.policies.oracle import readable

TODAY = timezone.now().date()
SEATS = [
    ("borealis", "quality-alliance"), ("borealis", "second"), ("cobalt", "quality-alliance"), ("cobalt", "second"),
]  # fmt: skip


@pytest.fixture
def ours(anvil: Any, alice: Any) -> DatasetVersion:
    return make.make_version(anvil, alice, name="Ours")


def test_a_narrower_agreement_binds_rows_and_files_as_well(
    ours: DatasetVersion, alliance: Any, alice: Any, bob: Any, borealis: Any
) -> None:
    """Anvil lets all participants download, then agrees with Borealis on training alone: Bob sees no rows any more."""
    grant_on_terms(ours.dataset, alliance, actor=alice, terms=Terms(uses=("train-pooled", "download")))
    assert permissions.may_see_rows(bob, ours.dataset)
    assert permissions.may_take_files(bob, ours.dataset)
    grant_on_terms(ours.dataset, alliance, actor=alice, terms=Terms(), organization=borealis)
    assert not permissions.may_see_rows(bob, ours.dataset)
    assert not permissions.may_download(bob, ours.dataset)
    assert not permissions.may_take_files(bob, ours.dataset)


def test_an_agreement_that_ended_is_not_replaced_by_the_general_grant(
    ours: DatasetVersion, alliance: Any, alice: Any, bob: Any, borealis: Any
) -> None:
    """As for jobs: the special agreement says until when, and its end is renewed, not walked around."""
    grant_on_terms(ours.dataset, alliance, actor=alice, terms=Terms(uses=("download",)))
    over = Terms(uses=("download",), until=TODAY - timedelta(days=1))
    grant_on_terms(ours.dataset, alliance, actor=alice, terms=over, organization=borealis)
    assert not permissions.may_see_rows(bob, ours.dataset)


def test_who_sits_in_two_reads_in_the_name_of_the_one_that_may(
    ours: DatasetVersion, alliance: Any, alice: Any, bob: Any, borealis: Any, cobalt: Any
) -> None:
    """The audit log names Cobalt, to which the general grant still applies."""
    seat(alliance, cobalt, alice)
    Membership.objects.create(user=bob, organization=cobalt, role=Role.SCIENTIST)
    grant_on_terms(ours.dataset, alliance, actor=alice, terms=Terms(uses=("view-rows",)))
    grant_on_terms(ours.dataset, alliance, actor=alice, terms=Terms(), organization=borealis)
    assert permissions.may_see_rows(bob, ours.dataset)
    assert reading_for(bob, ours.dataset, allows_rows=True) == cobalt


def seat(collaboration: Collaboration, organization: Any, by: Any) -> None:
    said = {"status": ParticipantStatus.ACCEPTED, "invited_by": by}
    Participant.objects.update_or_create(collaboration=collaboration, organization=organization, defaults=said)


grants = st.fixed_dictionaries(
    {
        "where": st.sampled_from(["quality-alliance", "second"]),
        "whom": st.sampled_from([None, "borealis", "cobalt"]),
        "uses": st.lists(st.sampled_from(["train-pooled", "view-rows", "download"]), min_size=1, unique=True),
        "organizations": st.sampled_from([[], [], ["borealis"], ["cobalt"]]),
        "collaborations": st.sampled_from([[], [], ["second"]]),
        "until": st.sampled_from([None, TODAY.isoformat(), (TODAY - timedelta(days=1)).isoformat()]),
    }
)
some_grants = st.lists(grants, max_size=5, unique_by=lambda one: (one["where"], one["whom"]))


# Each example rolls back what it wrote, so that the next begins with the same cast.
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some_grants, st.sets(st.sampled_from(SEATS), max_size=4))
def test_rows_and_files_agree_with_the_oracle(
    ours: DatasetVersion, alliance: Any, alice: Any, bob: Any, anvil: Any, borealis: Any, cobalt: Any,
    given_out: list[dict[str, Any]], seats: set[tuple[str, str]],
) -> None:  # fmt: skip
    """Bob sits in Borealis and in Cobalt, each in none, one or both of two collaborations."""
    with transaction.atomic():
        second = Collaboration.objects.create(name="Second", slug="second", goal="G", initiator=anvil, created_by=alice)
        there = {"quality-alliance": alliance, "second": second}
        known = {"borealis": borealis, "cobalt": cobalt, None: None}
        Membership.objects.create(user=bob, organization=cobalt, role=Role.SCIENTIST)
        Participant.objects.exclude(organization=anvil).update(status=ParticipantStatus.LEFT)
        for organization, where in seats:
            seat(there[where], known[organization], alice)
        for one in given_out:
            give(ours.dataset, there[one["where"]], known[one["whom"]], alice, one)
        for act, may in (("view-rows", permissions.may_see_rows), ("download", permissions.may_download)):
            assert may(bob, ours.dataset) == readable(act, given_out, sorted(seats), TODAY.isoformat()), act
        transaction.set_rollback(True)


def give(dataset: Dataset, collaboration: Collaboration, organization: Any, by: Any, said: dict[str, Any]) -> None:
    terms = parse_terms({name: said[name] for name in ("uses", "organizations", "collaborations", "until")})
    kept = conditions_of(terms)
    Grant.objects.create(
        dataset=dataset, collaboration=collaboration, organization=organization, granted_by=by, terms=kept.terms,
        until=kept.until, allows_rows=kept.allows_rows, allows_download=kept.allows_download,
    )  # fmt: skip
