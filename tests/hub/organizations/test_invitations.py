"""Joining by a link."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone, translation

from chainhub.accounts.models import User
from chainhub.activity.models import Notice
from chainhub.core.errors import DomainError, NotAllowedError
from chainhub.organizations import invitations
from chainhub.organizations.models import Invitation, Organization, Role


def test_bob_joins_by_alices_link(alice: User, bob: User, anvil: Organization) -> None:
    invitation, token = invitations.invite_person(anvil, actor=alice, role=Role.SCIENTIST)
    assert token not in str(Invitation.objects.values().get())
    found = invitations.open_invitation(token)
    assert found == invitation
    assert invitations.accept_invitation(invitation, actor=bob).role == Role.SCIENTIST
    assert invitations.open_invitation(token) is None
    assert Notice.objects.get(user=alice).text == "Bob joined Anvil Steel."


def test_a_link_works_once(alice: User, bob: User, carol: User, anvil: Organization) -> None:
    invitation, _token = invitations.invite_person(anvil, actor=alice, role=Role.VIEWER)
    invitations.accept_invitation(invitation, actor=bob)
    with pytest.raises(DomainError, match="used, revoked, or has expired"):
        invitations.accept_invitation(invitation, actor=carol)


def test_a_member_keeps_role_and_link(alice: User, erin: User, anvil: Organization) -> None:
    invitation, token = invitations.invite_person(anvil, actor=alice, role=Role.ADMIN)
    assert invitations.accept_invitation(invitation, actor=erin).role == Role.VIEWER
    assert invitations.open_invitation(token) == invitation


@pytest.mark.parametrize("harm", ["expired", "revoked"])
def test_dead_links_open_nothing(harm: str, alice: User, anvil: Organization) -> None:
    invitation, token = invitations.invite_person(anvil, actor=alice, role=Role.VIEWER)
    if harm == "expired":
        Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    else:
        invitations.revoke_invitation(invitation, actor=alice)
    assert invitations.open_invitation(token) is None


def test_link_for_one_address_is_for_that_person(alice: User, bob: User, carol: User, anvil: Organization) -> None:
    invitation, _token = invitations.invite_person(anvil, actor=alice, role=Role.VIEWER, email="BOB@example.test")
    with pytest.raises(NotAllowedError):
        invitations.accept_invitation(invitation, actor=carol)
    assert invitations.accept_invitation(invitation, actor=bob)


def test_viewer_invites_nobody_and_admin_no_owner(alice: User, erin: User, anvil: Organization) -> None:
    with pytest.raises(NotAllowedError):
        invitations.invite_person(anvil, actor=erin, role=Role.VIEWER)
    anvil.memberships.filter(user=erin).update(role=Role.ADMIN)
    with pytest.raises(NotAllowedError):
        invitations.invite_person(anvil, actor=erin, role=Role.OWNER)


def test_a_stranger_gets_the_mail_in_the_language_of_who_invites(
    alice: User, anvil: Organization, django_capture_on_commit_callbacks: Any
) -> None:
    invitation, _token = invitations.invite_person(anvil, actor=alice, role=Role.VIEWER, email="new@example.test")
    with django_capture_on_commit_callbacks(execute=True), translation.override("zh-hans"):
        invitations.mail_invitation(invitation, "http://hub.test/join/x/")
    assert "邀请" in mail.outbox[0].subject


def test_mail_goes_out_in_the_invited_persons_language(
    alice: User, bob: User, anvil: Organization, django_capture_on_commit_callbacks: Any
) -> None:
    invitation, token = invitations.invite_person(anvil, actor=alice, role=Role.VIEWER, email=bob.email)
    with django_capture_on_commit_callbacks(execute=True):
        invitations.mail_invitation(invitation, f"http://hub.test/join/{token}/")
    sent = mail.outbox[0]
    assert sent.to == [bob.email]
    assert sent.subject == "Alice invites you to Anvil Steel on ChainHub"
    assert f"http://hub.test/join/{token}/" in sent.body
