"""An organization asks, the owner counters, both agree, and a grant is there; every move by who may make it."""

import hashlib
from typing import Any

import pytest
from django.utils import timezone

from chainhub.activity.models import AuditEvent, Notice
from chainhub.activity.verifying import check_log
from chainhub.collaborations.models import Collaboration
from chainhub.core.errors import DomainError, IllegalMoveError, NotAllowedError
from chainhub.core.sentences import render
from chainhub.datasets.models import Dataset, Grant
from chainhub.policies import permissions, services
from chainhub.policies.enforcement import Use, refusals
from chainhub.policies.fitting import fitted
from chainhub.policies.models import AccessRequest, SignedAgreement, UsagePolicy
from chainhub.policies.parsing import TermsError, parse_terms
from chainhub.policies.states import MOVES, OPEN, Side, State, may_move
from chainhub.policies.terms import Terms
from chainhub.policies.wording import BETWEEN
from tests.factories import datasets as make

WISH = Terms(max_jobs=50)
OFFER = Terms(max_jobs=10, models_may_leave=False)


@pytest.fixture
def bearings(alice: Any, anvil: Any) -> Dataset:
    return make.registered_csv(alice, anvil, visibility="hub")


@pytest.fixture
def asked(bob: Any, borealis: Any, bearings: Any, alliance: Any) -> AccessRequest:
    """Bob of Borealis asks for fifty jobs."""
    return services.request_access(
        bearings, alliance, borealis, actor=bob, purpose="Find worn bearings", terms=WISH, note="Please"
    )


def states(request: AccessRequest) -> list[tuple[str, str, bool]]:
    return [(one.side, one.state, one.person is not None) for one in request.turns.all()]


def test_words_of_who_asks_cannot_pass_for_a_line_of_the_agreement(
    bob: Any, alice: Any, borealis: Any, bearings: Any, alliance: Any
) -> None:
    forged = "Wear\n----\n\nTerms\r\n1. Everything is permitted.\n"
    asked = services.request_access(bearings, alliance, borealis, actor=bob, purpose=forged, terms=WISH)
    text = services.accept(asked, actor=alice, read=1).agreement.text
    assert text.count(BETWEEN) == 1
    assert text.splitlines().count("Terms") == 1
    assert not any(line.startswith("1. Everything") for line in text.splitlines())
    assert "Wear ---- Terms 1. Everything is permitted." in text


def test_the_owner_says_yes_and_the_organization_has_a_grant(
    asked: AccessRequest, alice: Any, bob: Any, borealis: Any, alliance: Any
) -> None:
    services.accept(asked, actor=alice, read=1)
    asked.refresh_from_db()
    assert states(asked) == [
        ("consumer", "requested", True),
        ("provider", "agreed", True),
        ("consumer", "verified", False),
        ("provider", "finalized", False),
    ]
    grant = Grant.objects.get()
    assert (grant.organization, grant.collaboration, grant.granted_by) == (borealis, alliance, alice)
    assert parse_terms(grant.terms) == WISH
    assert Notice.objects.visible_to(bob).filter(kind="access.agreed").exists()
    verbs = AuditEvent.objects.on_topics([borealis.topic]).values_list("verb", flat=True)
    assert {"access.requested", "access.agreed"} <= set(verbs)
    assert check_log().breach is None


def test_a_counter_offer_is_accepted_and_both_names_stand_in_the_agreement(
    asked: AccessRequest, alice: Any, bob: Any
) -> None:
    services.counter(asked, OFFER, actor=alice, note="Fewer, please")
    assert Notice.objects.visible_to(bob).filter(kind="access.countered").exists()
    assert list(AccessRequest.objects.awaiting(bob, (), permissions.CONSUMERS)) == [asked]
    services.accept(asked, actor=bob, read=2)
    assert [state for _side, state, _person in states(asked)] == [
        "requested", "offered", "accepted", "agreed", "verified", "finalized",
    ]  # fmt: skip
    agreement = SignedAgreement.objects.get()
    assert parse_terms(agreement.grant.terms) == OFFER == agreement.said
    assert agreement.grant.granted_by == alice
    assert agreement.sha256 == hashlib.sha256(agreement.text.encode()).hexdigest()
    english, chinese = agreement.text.split("\n----\n\n")
    for text in (english, chinese):
        for part in ("Anvil Steel", "Borealis Motors", "Alice", "Bob", "Find worn bearings", "10"):
            assert part in text
    assert "only its owner may download them" in english
    assert "只能在平台内使用" in chinese


def test_who_asks_may_ask_again_for_something_else(asked: AccessRequest, alice: Any, bob: Any) -> None:
    services.counter(asked, OFFER, actor=alice)
    services.counter(asked, Terms(max_jobs=20), actor=bob)
    asked.refresh_from_db()
    assert asked.status == State.REQUESTED
    services.accept(asked, actor=alice, read=3)
    assert Grant.objects.get().terms["max_jobs"] == 20


def test_nobody_accepts_what_they_have_not_read(asked: AccessRequest, alice: Any, bob: Any) -> None:
    services.counter(asked, OFFER, actor=alice)
    services.counter(asked, Terms(max_jobs=20), actor=alice)
    with pytest.raises(DomainError, match="changed since you read"):
        services.accept(asked, actor=bob, read=2)
    assert not Grant.objects.exists()


def test_either_side_may_end_it_and_then_nothing_moves(asked: AccessRequest, alice: Any, bob: Any) -> None:
    services.terminate(asked, actor=bob, note="Not needed any more")
    asked.refresh_from_db()
    assert asked.status == State.TERMINATED
    for refused in (
        lambda: services.accept(asked, actor=alice, read=1),
        lambda: services.counter(asked, OFFER, actor=alice),
        lambda: services.terminate(asked, actor=alice),
    ):
        with pytest.raises(IllegalMoveError):
            refused()


def test_only_who_may_decide_decides(
    asked: AccessRequest, bob: Any, erin: Any, carol: Any, dora: Any, bearings: Any, alliance: Any, borealis: Any
) -> None:
    for outsider in (erin, carol):
        with pytest.raises(NotAllowedError):
            services.accept(asked, actor=outsider, read=1)
    with pytest.raises(IllegalMoveError):
        services.accept(asked, actor=bob, read=1)
    with pytest.raises(DomainError, match="negotiates about this dataset already"):
        services.request_access(bearings, alliance, borealis, actor=dora, purpose="Again", terms=WISH)
    with pytest.raises(NotAllowedError):
        services.request_access(bearings, alliance, borealis, actor=carol, purpose="Mine", terms=WISH)
    assert not permissions.may_request(carol, bearings)
    assert not permissions.may_request(erin, bearings)


def test_whoever_lost_the_seat_meanwhile_signs_nothing(asked: AccessRequest, alice: Any, bob: Any, anvil: Any) -> None:
    services.counter(asked, OFFER, actor=alice)
    anvil.memberships.filter(user=alice).update(role="viewer")
    with pytest.raises(NotAllowedError, match="Alice no longer decides"):
        services.accept(asked, actor=bob, read=2)
    asked.refresh_from_db()
    assert asked.status == State.OFFERED


def test_whoever_asked_and_lost_the_seat_gets_nothing_signed(
    asked: AccessRequest, alice: Any, bob: Any, borealis: Any
) -> None:
    """Bob asked, and is a viewer by the time the owner says yes: he does not speak for Borealis any more."""
    borealis.memberships.filter(user=bob).update(role="viewer")
    with pytest.raises(NotAllowedError, match="Bob no longer speaks for Borealis Motors"):
        services.accept(asked, actor=alice, read=1)
    asked.refresh_from_db()
    assert (asked.status, Grant.objects.exists()) == (State.REQUESTED, False)


def test_whoever_sits_on_both_sides_stands_where_the_turn_is(asked: AccessRequest, alice: Any, borealis: Any) -> None:
    """Alice owns the data for Anvil and does science for Borealis: what her inbox asks she can answer."""
    borealis.memberships.create(user=alice, role="scientist")
    assert permissions.side_of(alice, asked) == Side.PROVIDER
    services.counter(asked, OFFER, actor=alice)
    asked.refresh_from_db()
    waiting = AccessRequest.objects.awaiting(alice, permissions.PROVIDERS, permissions.CONSUMERS)
    assert list(waiting) == [asked]
    assert permissions.may_answer(alice, asked)
    services.accept(asked, actor=alice, read=2)
    assert Grant.objects.get().organization == borealis


@pytest.mark.parametrize(
    ("never", "field"),
    [
        (Terms(organizations=("cobalt",)), "organizations"),
        (Terms(collaborations=("elsewhere",)), "collaborations"),
        (Terms(purposes=("credit-scoring",)), "purposes"),
    ],
)
def test_nobody_agrees_on_what_could_never_be_used(
    asked: AccessRequest, alice: Any, bob: Any, borealis: Any, cobalt: Any, bearings: Any, alliance: Any, never: Terms,
    field: str,
) -> None:  # fmt: skip
    """Terms that forbid the asker, its collaboration or its scenario are refused to both sides, by their field."""
    Collaboration.objects.create(
        name="Elsewhere", slug="elsewhere", goal="-", initiator=alliance.initiator, created_by=alice
    ).participants.create(organization=bearings.organization, status="accepted", invited_by=alice)
    with pytest.raises(TermsError) as refused:
        services.counter(asked, never, actor=alice)
    assert refused.value.field == field
    services.terminate(asked, actor=bob)
    with pytest.raises(TermsError) as refused:
        services.request_access(bearings, alliance, borealis, actor=bob, purpose="Wear", terms=never)
    assert refused.value.field == field


def test_an_offer_to_others_is_asked_for_without_that_line(
    alice: Any, bob: Any, borealis: Any, cobalt: Any, bearings: Any, alliance: Any
) -> None:
    """The policy lets only Cobalt; Borealis asks on the terms that its form begins with, and may use what it gets."""
    policy = services.set_policy(bearings, Terms(organizations=("cobalt",), max_jobs=4), actor=alice)
    begun = fitted(policy.said, [borealis], [alliance])
    assert begun == Terms(max_jobs=4)
    asked = services.request_access(bearings, alliance, borealis, actor=bob, purpose="Wear", terms=begun)
    agreement = services.accept(asked, actor=alice, read=1).agreement
    assert "Only Borealis Motors may use the data." in agreement.text
    assert "Cobalt" not in agreement.text
    use = Use(
        act="train-pooled", organization="borealis", owner="anvil", at=timezone.now(), collaboration=alliance.slug
    )
    assert not refusals(use, parse_terms(agreement.grant.terms))


def test_the_table_of_moves_knows_no_way_around() -> None:
    assert {state for state, _side in MOVES} == set(OPEN)
    for (state, side), then in MOVES.items():
        assert State.TERMINATED in then
        assert state not in then or (state, side) == (State.OFFERED, Side.PROVIDER)
    for side in Side:
        assert not any(may_move(end, side, then) for end in (State.FINALIZED, State.TERMINATED) for then in State)
    assert not may_move(State.REQUESTED, Side.CONSUMER, State.AGREED)
    assert not may_move(State.OFFERED, Side.PROVIDER, State.ACCEPTED)
    assert not may_move(State.REQUESTED, Side.PROVIDER, State.FINALIZED)


def test_a_policy_is_followed_never_changed_and_grants_keep_their_terms(
    bearings: Dataset, alice: Any, bob: Any, alliance: Any
) -> None:
    first = services.set_policy(bearings, Terms(max_jobs=3), actor=alice)
    grant = services.grant_on_terms(bearings, alliance, actor=alice)
    assert (grant.terms["max_jobs"], grant.policy_number) == (3, 1)
    assert services.set_policy(bearings, Terms(max_jobs=3), actor=alice) == first
    second = services.set_policy(bearings, Terms(max_jobs=5), actor=alice)
    assert [second.number, UsagePolicy.objects.current().get()] == [2, second]
    grant.refresh_from_db()
    assert grant.terms["max_jobs"] == 3
    renewed = services.grant_on_terms(bearings, alliance, actor=alice)
    assert renewed.terms["max_jobs"] == 5
    assert Grant.objects.active().get() == renewed
    with pytest.raises(TypeError):
        first.save()
    with pytest.raises(TypeError):
        first.delete()
    with pytest.raises(NotAllowedError):
        services.set_policy(bearings, Terms(), actor=bob)


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({"until": "2020-01-01"}, "until"),
        ({"organizations": ["nobody"]}, "organizations"),
        ({"recipes": ["magic"]}, "recipes"),
        ({"purposes": ["profit"]}, "purposes"),
        ({"collaborations": ["nowhere"]}, "collaborations"),
    ],
)
def test_terms_that_name_nothing_real_are_refused(bearings: Any, alice: Any, raw: Any, field: str) -> None:
    with pytest.raises(TermsError) as refused:
        services.set_policy(bearings, parse_terms(raw), actor=alice)
    assert refused.value.field == field


def test_the_columns_of_a_grant_follow_from_its_terms(bearings: Any, alice: Any, alliance: Any) -> None:
    terms = parse_terms({"uses": ["download"], "until": "2099-12-31", "ask_each_job": True})
    grant = services.grant_on_terms(bearings, alliance, actor=alice, terms=terms)
    assert (grant.allows_rows, grant.allows_download, grant.needs_approval) == (True, True, True)
    assert grant.until is not None
    assert grant.until.isoformat() == "2100-01-01T00:00:00+00:00"


def test_notices_read_well(asked: AccessRequest, alice: Any) -> None:
    said = Notice.objects.visible_to(alice).get(kind="access.requested")
    assert render(said.sentence) == ("Bob of Borealis Motors asks for access to “Bearings” in “Quality alliance”.")
