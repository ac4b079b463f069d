"""Who accepted which text."""

from typing import Any

import pytest

from chainhub.accounts.models import User
from chainhub.activity.models import AuditEvent, Notice
from chainhub.collaborations import agreements, services
from chainhub.collaborations.models import Collaboration, Participant, ParticipantStatus
from chainhub.collaborations.signals import participant_left
from chainhub.core.errors import DomainError, IllegalMoveError, InvalidInputError, NotAllowedError
from chainhub.organizations.models import Organization

MANAGERS = ["owner", "admin"]


@pytest.fixture
def invited(alliance: Collaboration, alice: User, carol: User, cobalt: Organization) -> Participant:
    """Carol's bank, asked to take part."""
    return services.invite_organization(alliance, cobalt, actor=alice)


def test_carol_accepts_the_text_that_she_read(invited: Participant, carol: User, alliance: Collaboration) -> None:
    text = alliance.current_agreement
    assert text is not None
    joined = agreements.accept_agreement(invited, actor=carol, agreement=text)
    assert joined.status == ParticipantStatus.ACCEPTED
    acceptance = joined.acceptances.get()
    assert (acceptance.agreement, acceptance.accepted_by) == (text, carol)
    agreements.accept_agreement(invited, actor=carol, agreement=text)
    assert joined.acceptances.count() == 1
    assert AuditEvent.objects.filter(verb="agreement.accepted").count() == 1


def test_a_text_that_changed_meanwhile_is_not_accepted(
    invited: Participant, carol: User, alice: User, alliance: Collaboration
) -> None:
    old = alliance.current_agreement
    agreements.amend_agreement(alliance, actor=alice, text="Something else.")
    with pytest.raises(InvalidInputError, match="has changed"):
        agreements.accept_agreement(invited, actor=carol, agreement=old)  # type: ignore[arg-type]


def test_new_text_asks_everybody_again(alliance: Collaboration, alice: User, dora: User) -> None:
    assert not Participant.objects.awaiting(dora, MANAGERS)
    text = agreements.amend_agreement(alliance, actor=alice, text="Only for this goal, and never on Sundays.")
    assert text.number == 2
    assert [one.organization.slug for one in alliance.participants.bound_by(text)] == ["anvil"]
    asked = Participant.objects.awaiting(dora, MANAGERS).get()
    assert Notice.objects.filter(user=dora, kind="agreement.amended").exists()
    agreements.accept_agreement(asked, actor=dora, agreement=text)
    assert not Participant.objects.awaiting(dora, MANAGERS)
    assert alliance.participants.bound_by(text).count() == 2
    # What was accepted before is kept.
    assert asked.acceptances.count() == 2


def test_the_same_text_is_no_new_version(alliance: Collaboration, alice: User) -> None:
    agreements.amend_agreement(alliance, actor=alice, text="Other\r\nwords.")
    with pytest.raises(InvalidInputError):
        agreements.amend_agreement(alliance, actor=alice, text="  Other\nwords.\n")


def test_a_scientist_does_not_decide(alliance: Collaboration, bob: User, borealis: Organization) -> None:
    theirs = alliance.participants.get(organization=borealis)
    with pytest.raises(NotAllowedError):
        agreements.leave_collaboration(theirs, actor=bob)


def test_carol_declines_and_no_longer_sees_it(invited: Participant, carol: User) -> None:
    assert Collaboration.objects.visible_to(carol).exists()
    agreements.decline_invitation(invited, actor=carol)
    assert not Collaboration.objects.visible_to(carol).exists()
    with pytest.raises(IllegalMoveError):
        agreements.leave_collaboration(invited, actor=carol)


def test_leaving_is_told_to_the_floors_above(alliance: Collaboration, dora: User, borealis: Organization) -> None:
    heard: list[Any] = []

    def listen(participant: Participant, actor: User, **kwargs: Any) -> None:
        heard.append((participant.organization.slug, participant.status, actor))

    participant_left.connect(listen)
    try:
        agreements.leave_collaboration(alliance.participants.get(organization=borealis), actor=dora)
    finally:
        participant_left.disconnect(listen)
    assert heard == [("borealis", ParticipantStatus.LEFT, dora)]
    assert Collaboration.objects.visible_to(dora).exists()


def test_the_initiator_closes_instead_of_leaving(alliance: Collaboration, alice: User, anvil: Organization) -> None:
    with pytest.raises(DomainError, match="close it instead"):
        agreements.leave_collaboration(alliance.participants.get(organization=anvil), actor=alice)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_text_to_begin_with(language: str) -> None:
    text = agreements.default_agreement(language)
    assert len(text) > 300
    assert ("Data" in text) == (language == "en")
