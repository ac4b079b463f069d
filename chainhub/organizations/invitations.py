"""Joining an organization by a link: issued once, kept as a hash, expiring."""

import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language, gettext_noop, override
from django.utils.translation import gettext as _

from chainhub.accounts.models import User
from chainhub.activity.services import notify, record
from chainhub.core.errors import DomainError, NotAllowedError
from chainhub.core.sentences import sentence
from chainhub.organizations import permissions
from chainhub.organizations.models import Invitation, Membership, Organization, Role
from chainhub.organizations.services import check_may_make_owner, members_of

DAYS = 14


@transaction.atomic
def invite_person(
    organization: Organization, *, actor: User, role: str, email: str = "", days: int = DAYS
) -> tuple[Invitation, str]:
    """An open invitation and the secret of its link, which is kept nowhere."""
    if not permissions.may_manage(actor, organization):
        raise NotAllowedError(gettext_noop("Only owners and admins of the organization may invite."))
    if role == Role.OWNER:
        check_may_make_owner(actor, organization)
    token = secrets.token_urlsafe(24)
    invitation = Invitation.objects.create(
        organization=organization,
        role=role,
        email=email.lower(),
        digest=Invitation.digest_of(token),
        invited_by=actor,
        expires_at=timezone.now() + timedelta(days=days),
    )
    text = gettext_noop("%(person)s invited %(invited)s to %(organization)s.")
    invited = invitation.email or sentence(gettext_noop("whoever has the link"))
    _record("member.invited", text, invitation, actor, invited=invited)
    return invitation, token


def mail_invitation(invitation: Invitation, address: str) -> None:
    """Send the link to the person it is for, once the transaction is committed."""
    if not invitation.email:
        return
    invited = User.objects.filter(email=invitation.email).first()
    # Of who never chose one, the language in which the inviter works now is the best guess.
    chosen = invited.language if invited else invitation.invited_by.language
    language = chosen or get_language() or settings.LANGUAGE_CODE
    with override(language):
        subject = _("%(person)s invites you to %(organization)s on ChainHub") % {
            "person": invitation.invited_by,
            "organization": invitation.organization,
        }
        body = render_to_string("organizations/invitation.txt", {"invitation": invitation, "address": address})
    transaction.on_commit(lambda: send_mail(subject, body, None, [invitation.email], fail_silently=True))


def open_invitation(token: str) -> Invitation | None:
    """The invitation behind a link, as long as it can be accepted."""
    found = Invitation.objects.open().select_related("organization", "invited_by")
    return found.filter(digest=Invitation.digest_of(token)).first()


@transaction.atomic
def accept_invitation(invitation: Invitation, *, actor: User) -> Membership:
    """The actor takes the seat. A person who sits there already keeps that role, and the link stays unused."""
    invitation = Invitation.objects.select_for_update().select_related("organization").get(pk=invitation.pk)
    if not invitation.is_open:
        raise DomainError(gettext_noop("This invitation was used, revoked, or has expired. Ask for a new one."))
    if invitation.email and invitation.email != actor.email.lower():
        raise NotAllowedError(
            gettext_noop("This invitation is for %(email)s. Sign in with that address."), email=invitation.email
        )
    seat, new = Membership.objects.get_or_create(
        organization=invitation.organization, user=actor, defaults={"role": invitation.role}
    )
    if new:
        invitation.accepted_at, invitation.accepted_by = timezone.now(), actor
        invitation.save(update_fields=["accepted_at", "accepted_by"])
        _welcome(invitation, actor)
    return seat


def _welcome(invitation: Invitation, actor: User) -> None:
    organization = invitation.organization
    text = gettext_noop("%(person)s joined %(organization)s.")
    said = sentence(text, person=str(actor), organization=organization.name)
    managers = [user for user in members_of(organization, *permissions.MANAGERS) if user.pk != actor.pk]
    notify(managers, "member.joined", said, url=organization.get_absolute_url())
    _record("member.joined", text, invitation, actor)


@transaction.atomic
def revoke_invitation(invitation: Invitation, *, actor: User) -> Invitation:
    """The link stops working. Revoking twice is no error."""
    invitation = Invitation.objects.select_for_update().select_related("organization").get(pk=invitation.pk)
    if not permissions.may_manage(actor, invitation.organization):
        raise NotAllowedError(gettext_noop("Only owners and admins of the organization may revoke invitations."))
    if invitation.is_open:
        invitation.revoked_at = timezone.now()
        invitation.save(update_fields=["revoked_at"])
        text = gettext_noop("%(person)s revoked an invitation to %(organization)s.")
        _record("member.invitation-revoked", text, invitation, actor)
    return invitation


def _record(verb: str, text: str, invitation: Invitation, actor: User, **params: Any) -> None:
    organization = invitation.organization
    said = sentence(text, person=str(actor), organization=organization.name, **params)
    record(verb, said, actor=actor, topics=[organization.topic], target_url=organization.get_absolute_url())
