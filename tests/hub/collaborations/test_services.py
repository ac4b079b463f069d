"""Opening, inviting, closing."""

import pytest

from chainhub.accounts.models import User
from chainhub.activity.models import AuditEvent, Notice
from chainhub.collaborations import services
from chainhub.collaborations.models import Collaboration, Participant, ParticipantStatus
from chainhub.core.errors import DomainError, InvalidInputError, NotAllowedError
from chainhub.organizations.models import Organization


def opened(alice: User, anvil: Organization, *invited: Organization) -> Collaboration:
    return services.open_collaboration(
        actor=alice, organization=anvil, name="Early warning", goal="See it coming.", agreement_text="Only for this.",
        invited=invited,
    )  # fmt: skip


def test_initiator_takes_part_at_once(alice: User, anvil: Organization) -> None:
    together = opened(alice, anvil)
    mine = together.participants.get()
    assert mine.status == ParticipantStatus.ACCEPTED
    assert mine.acceptances.get().agreement == together.current_agreement
    assert together.current_agreement.text == "Only for this.\n"
    assert len(together.current_agreement.sha256) == 64


def test_invited_owner_gets_a_notice_and_a_scientist_none(
    alice: User, anvil: Organization, borealis: Organization, bob: User, dora: User
) -> None:
    opened(alice, anvil, borealis)
    assert [notice.user for notice in Notice.objects.all()] == [dora]
    assert "invited Borealis Motors" in Notice.objects.get().text
    assert list(Participant.objects.awaiting(dora, ["owner", "admin"]))
    assert not Participant.objects.awaiting(bob, ["owner", "admin"])


def test_viewer_opens_nothing(erin: User, anvil: Organization) -> None:
    with pytest.raises(NotAllowedError):
        opened(erin, anvil)
    assert not Collaboration.objects.exists()


def test_only_the_initiator_invites(alliance: Collaboration, dora: User, cobalt: Organization) -> None:
    with pytest.raises(NotAllowedError):
        services.invite_organization(alliance, cobalt, actor=dora)


def test_nobody_is_invited_twice_but_again_after_declining(
    alliance: Collaboration, alice: User, borealis: Organization
) -> None:
    with pytest.raises(InvalidInputError):
        services.invite_organization(alliance, borealis, actor=alice)
    alliance.participants.filter(organization=borealis).update(status=ParticipantStatus.DECLINED)
    again = services.invite_organization(alliance, borealis, actor=alice)
    assert (again.status, again.decided_by) == (ParticipantStatus.INVITED, None)


def test_closed_means_closed(alliance: Collaboration, alice: User, cobalt: Organization) -> None:
    assert services.close_collaboration(alliance, actor=alice).closed_at
    with pytest.raises(DomainError, match="closed"):
        services.invite_organization(alliance, cobalt, actor=alice)
    assert AuditEvent.objects.get().verb == "collaboration.closed"


def test_goal_is_changed_by_the_initiator(alliance: Collaboration, alice: User, dora: User) -> None:
    changed = services.change_collaboration(alliance, actor=alice, name="New name", goal="New goal")
    assert (changed.name, changed.slug) == ("New name", "quality-alliance")
    with pytest.raises(NotAllowedError):
        services.change_collaboration(alliance, actor=dora, name="x", goal="y")
