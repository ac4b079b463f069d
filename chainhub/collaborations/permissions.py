"""Who may do what in a collaboration; asked inside the services and by the templates that hide buttons."""

from typing import Any

from chainhub.collaborations.models import Collaboration, Participant, ParticipantStatus
from chainhub.organizations import permissions as at
from chainhub.organizations.models import Organization


def may_open_for(user: Any, organization: Organization) -> bool:
    """Open a collaboration in the organization's name: that accepts an agreement for it."""
    return at.may_manage(user, organization)


def may_lead(user: Any, collaboration: Collaboration) -> bool:
    """Change its goal, amend the agreement, invite, close: the initiator's owners and admins."""
    return collaboration.closed_at is None and at.may_manage(user, collaboration.initiator)


def may_decide_for(user: Any, participant: Participant) -> bool:
    """Accept, decline or leave in the participant's name."""
    return at.may_manage(user, participant.organization)


def may_leave(user: Any, participant: Participant) -> bool:
    """The initiator does not leave: it closes the collaboration."""
    joined = participant.status == ParticipantStatus.ACCEPTED
    leads = participant.organization_id == participant.collaboration.initiator_id
    return joined and not leads and may_decide_for(user, participant)
