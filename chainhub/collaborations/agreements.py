"""The usage agreement: proposing a text, accepting it, declining, leaving. What was accepted by whom is kept."""

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext_noop, override

from chainhub.accounts.models import User
from chainhub.collaborations import permissions
from chainhub.collaborations.models import (
    AgreementAcceptance,
    Collaboration,
    Participant,
    ParticipantStatus,
    UsageAgreement,
)
from chainhub.collaborations.services import add_agreement, check_leads, lock, note, others, tell
from chainhub.collaborations.signals import participant_left
from chainhub.core.errors import DomainError, IllegalMoveError, InvalidInputError, NotAllowedError


def default_agreement(language: str) -> str:
    """A text to begin with, in the language; the initiator edits it."""
    with override(language):
        return render_to_string("collaborations/agreement.txt").strip() + "\n"


@transaction.atomic
def amend_agreement(collaboration: Collaboration, *, actor: User, text: str) -> UsageAgreement:
    """The next version of the text: accepted by who proposes it, and asked of everybody else again."""
    collaboration = lock(collaboration)
    check_leads(actor, collaboration)
    agreement = add_agreement(collaboration, actor=actor, text=text)
    leader = collaboration.participants.get(organization=collaboration.initiator)
    AgreementAcceptance.objects.create(agreement=agreement, participant=leader, accepted_by=actor)
    told = gettext_noop(
        "%(person)s proposed version %(version)s of the agreement of “%(collaboration)s”: read and accept it."
    )
    for other in others(collaboration, collaboration.initiator):
        tell(other, "agreement.amended", told, actor, version=agreement.number)
    done = gettext_noop("%(person)s amended the agreement of “%(collaboration)s” (version %(version)s).")
    note("agreement.amended", done, collaboration, actor, version=agreement.number)
    return agreement


@transaction.atomic
def accept_agreement(participant: Participant, *, actor: User, agreement: UsageAgreement) -> Participant:
    """The organization takes part under this very text; accepting it twice changes nothing."""
    participant = _decided_by(participant, actor)
    current = participant.collaboration.current_agreement
    if current is None or agreement.pk != current.pk:
        raise InvalidInputError(gettext_noop("The text has changed since you read it; please read it again."))
    if participant.status != ParticipantStatus.ACCEPTED:
        _decide(participant, ParticipantStatus.ACCEPTED, actor)
    _acceptance, new = AgreementAcceptance.objects.get_or_create(
        agreement=agreement, participant=participant, defaults={"accepted_by": actor}
    )
    if new:
        text = gettext_noop(
            "%(person)s accepted version %(version)s of the agreement of “%(collaboration)s” for %(organization)s."
        )
        _spread(participant, "agreement.accepted", text, actor, version=agreement.number)
    return participant


@transaction.atomic
def decline_invitation(participant: Participant, *, actor: User) -> Participant:
    """The organization does not take part."""
    participant = _decided_by(participant, actor)
    _decide(participant, ParticipantStatus.DECLINED, actor)
    text = gettext_noop("%(person)s declined the invitation to “%(collaboration)s” for %(organization)s.")
    _spread(participant, "collaboration.declined", text, actor)
    return participant


@transaction.atomic
def leave_collaboration(participant: Participant, *, actor: User) -> Participant:
    """The organization's data serves no further job of the collaboration; models that it received stay with it."""
    participant = _decided_by(participant, actor)
    if participant.organization_id == participant.collaboration.initiator_id:
        raise DomainError(gettext_noop("Who opened a collaboration cannot leave it; close it instead."))
    _decide(participant, ParticipantStatus.LEFT, actor)
    participant_left.send(Participant, participant=participant, actor=actor)
    text = gettext_noop("%(person)s left the collaboration “%(collaboration)s” for %(organization)s.")
    _spread(participant, "collaboration.left", text, actor)
    return participant


def _decided_by(participant: Participant, actor: User) -> Participant:
    lock(participant.collaboration)
    fresh = Participant.objects.select_for_update(of=("self",)).select_related(
        "organization", "collaboration", "collaboration__initiator"
    )
    participant = fresh.get(pk=participant.pk)
    if not permissions.may_decide_for(actor, participant):
        raise NotAllowedError(
            gettext_noop("Only owners and admins of %(organization)s may decide this."),
            organization=participant.organization.name,
        )
    return participant


def _decide(participant: Participant, status: str, actor: User) -> None:
    if not participant.may_move_to(status):
        raise IllegalMoveError(gettext_noop("This has been decided already."))
    participant.move_to(status)
    participant.decided_by, participant.decided_at = actor, timezone.now()
    participant.save(update_fields=["status", "decided_by", "decided_at"])


def _spread(participant: Participant, kind: str, text: str, actor: User, **params: int) -> None:
    collaboration, organization = participant.collaboration, participant.organization
    for other in others(collaboration, organization):
        tell(other, kind, text, actor, organization=organization, **params)
    note(kind, text, collaboration, actor, organization=organization, **params)
