"""Opening, leading and closing a collaboration. The agreement and who accepts it: `agreements.py`."""

import hashlib
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.activity.services import notify, record
from chainhub.collaborations import permissions
from chainhub.collaborations.models import (
    AgreementAcceptance,
    Collaboration,
    Participant,
    ParticipantStatus,
    UsageAgreement,
)
from chainhub.collaborations.signals import collaboration_closed
from chainhub.core.errors import DomainError, InvalidInputError, NotAllowedError
from chainhub.core.sentences import sentence
from chainhub.core.slugs import free_slug
from chainhub.organizations.models import Organization
from chainhub.organizations.permissions import MANAGERS
from chainhub.organizations.services import members_of


@transaction.atomic
def open_collaboration(
    *,
    actor: User,
    organization: Organization,
    name: str,
    goal: str,
    scenario: str = "",
    agreement_text: str,
    invited: Iterable[Organization] = (),
) -> Collaboration:
    """A new collaboration; its initiator takes part at once, under the text that it proposes."""
    if not permissions.may_open_for(actor, organization):
        raise NotAllowedError(gettext_noop("Only owners and admins may open a collaboration for their organization."))
    collaboration = Collaboration.objects.create(
        name=name,
        slug=free_slug(name, Collaboration.objects.all(), fallback="collaboration"),
        goal=goal,
        scenario=scenario,
        initiator=organization,
        created_by=actor,
    )
    agreement = add_agreement(collaboration, actor=actor, text=agreement_text)
    leader = Participant.objects.create(
        collaboration=collaboration,
        organization=organization,
        status=ParticipantStatus.ACCEPTED,
        invited_by=actor,
        decided_by=actor,
        decided_at=timezone.now(),
    )
    AgreementAcceptance.objects.create(agreement=agreement, participant=leader, accepted_by=actor)
    text = gettext_noop("%(person)s opened the collaboration “%(collaboration)s” for %(organization)s.")
    note("collaboration.opened", text, collaboration, actor, organization=organization)
    for other in invited:
        if other.pk != organization.pk:
            invite_organization(collaboration, other, actor=actor)
    return collaboration


@transaction.atomic
def change_collaboration(collaboration: Collaboration, *, actor: User, name: str, goal: str) -> Collaboration:
    """Change name and goal; the address stays."""
    collaboration = lock(collaboration)
    check_leads(actor, collaboration)
    collaboration.name, collaboration.goal = name, goal
    collaboration.save(update_fields=["name", "goal"])
    text = gettext_noop("%(person)s changed name or goal of the collaboration “%(collaboration)s”.")
    note("collaboration.changed", text, collaboration, actor)
    return collaboration


@transaction.atomic
def invite_organization(collaboration: Collaboration, organization: Organization, *, actor: User) -> Participant:
    """Ask an organization to take part; again, where it declined or left before."""
    collaboration = lock(collaboration)
    check_leads(actor, collaboration)
    participant, new = Participant.objects.get_or_create(
        collaboration=collaboration, organization=organization, defaults={"invited_by": actor}
    )
    if not new:
        if not participant.may_move_to(ParticipantStatus.INVITED):
            raise InvalidInputError(
                gettext_noop("%(organization)s has been invited already."), organization=organization.name
            )
        participant.move_to(ParticipantStatus.INVITED)
        participant.invited_by, participant.decided_by, participant.decided_at = actor, None, None
        participant.save()
    text = gettext_noop("%(person)s invited %(organization)s to the collaboration “%(collaboration)s”.")
    tell(participant, "collaboration.invited", text, actor)
    note("collaboration.invited", text, collaboration, actor, organization=organization)
    return participant


@transaction.atomic
def close_collaboration(collaboration: Collaboration, *, actor: User) -> Collaboration:
    """Nothing new begins in it any more; what was published stays with those who received it."""
    collaboration = lock(collaboration)
    check_leads(actor, collaboration)
    collaboration.closed_at = timezone.now()
    collaboration.save(update_fields=["closed_at"])
    collaboration_closed.send(Collaboration, collaboration=collaboration, actor=actor)
    text = gettext_noop("%(person)s closed the collaboration “%(collaboration)s”.")
    for other in others(collaboration, collaboration.initiator):
        tell(other, "collaboration.closed", text, actor)
    note("collaboration.closed", text, collaboration, actor)
    return collaboration


# --- shared with agreements.py ------------------------------------------------------------------------------------


def add_agreement(collaboration: Collaboration, *, actor: User, text: str) -> UsageAgreement:
    """The next version of the text."""
    text = text.replace("\r\n", "\n").strip() + "\n"
    last = collaboration.current_agreement
    digest = hashlib.sha256(text.encode()).hexdigest()
    if last is not None and last.sha256 == digest:
        raise InvalidInputError(gettext_noop("This is the text that stands already."), field="text")
    number = last.number + 1 if last else 1
    return UsageAgreement.objects.create(
        collaboration=collaboration, number=number, text=text, sha256=digest, created_by=actor
    )


def lock(collaboration: Collaboration) -> Collaboration:
    """The row, fresh and held until the commit. Raises DomainError where it is closed."""
    fresh = Collaboration.objects.select_for_update().select_related("initiator").get(pk=collaboration.pk)
    if fresh.closed_at is not None:
        raise DomainError(gettext_noop("This collaboration is closed."))
    return fresh


def check_leads(actor: User, collaboration: Collaboration) -> None:
    """Raises NotAllowedError for all but the initiator's owners and admins."""
    if not permissions.may_lead(actor, collaboration):
        raise NotAllowedError(
            gettext_noop("Only owners and admins of %(organization)s, which opened the collaboration, may do this."),
            organization=collaboration.initiator.name,
        )


def others(collaboration: Collaboration, organization: Organization) -> list[Participant]:
    """Who else takes part."""
    accepted = collaboration.participants.accepted().exclude(organization=organization)
    return list(accepted.select_related("organization", "collaboration"))


def tell(participant: Participant, kind: str, text: str, actor: User, **params: Any) -> None:
    """A notice to those who decide for the participant."""
    collaboration, organization = participant.collaboration, params.pop("organization", participant.organization)
    said = sentence(text, person=str(actor), collaboration=collaboration.name, organization=organization.name, **params)
    people = [user for user in members_of(participant.organization, *MANAGERS) if user.pk != actor.pk]
    notify(people, kind, said, url=collaboration.get_absolute_url())


def note(
    verb: str,
    text: str,
    collaboration: Collaboration,
    actor: User,
    *,
    organization: Organization | None = None,
    **params: Any,
) -> None:
    """An audit event of the collaboration and of the organization it concerns; last in a transaction."""
    concerned = organization or collaboration.initiator
    said = sentence(text, person=str(actor), collaboration=collaboration.name, organization=concerned.name, **params)
    topics = [collaboration.topic, collaboration.initiator.topic, concerned.topic]
    record(verb, said, actor=actor, topics=topics, target_url=collaboration.get_absolute_url())
