"""Who may offer, ask, negotiate and sign; asked inside the services and by the templates that hide buttons."""

from typing import Any

from chainhub.collaborations.models import Collaboration, Participant
from chainhub.datasets.models import Dataset
from chainhub.organizations.models import Organization, OrganizationQuerySet
from chainhub.organizations.permissions import SCIENTISTS, STEWARDS, has_role
from chainhub.policies.models import AccessRequest
from chainhub.policies.states import Side, State

PROVIDERS, CONSUMERS = STEWARDS, SCIENTISTS
TURNS = {State.REQUESTED: Side.PROVIDER, State.OFFERED: Side.CONSUMER}


def may_set_policy(user: Any, dataset: Dataset) -> bool:
    """Write under which terms it is offered."""
    return has_role(user, dataset.organization, *PROVIDERS)


def asking_organizations(user: Any, dataset: Dataset) -> OrganizationQuerySet:
    """In whose name the person may ask for access: of a participant that shares a collaboration with the owner."""
    shared = shared_collaborations(dataset)
    partners = Participant.objects.accepted().filter(collaboration__in=shared)
    mine = Organization.objects.where(user, *CONSUMERS).filter(pk__in=partners.values("organization"))
    return mine.exclude(pk=dataset.organization_id)


def may_ask_for(user: Any, organization: Organization) -> bool:
    """Ask and sign in the name of an organization that would use data."""
    return has_role(user, organization, *CONSUMERS)


def shared_collaborations(dataset: Dataset) -> Any:
    """Open collaborations of the owner."""
    return Collaboration.objects.joined_by([dataset.organization]).filter(closed_at=None)


def may_request(user: Any, dataset: Dataset) -> bool:
    """Whether the button is there."""
    return dataset.withdrawn_at is None and asking_organizations(user, dataset).exists()


def side_of(user: Any, request: AccessRequest) -> str | None:
    """On which side the person may move; None for those who may only read.

    Who sits on both stands where the turn is: what the inbox asks can then be answered.
    """
    sides = [
        *([Side.PROVIDER] if has_role(user, request.dataset.organization, *PROVIDERS) else []),
        *([Side.CONSUMER] if may_ask_for(user, request.organization) else []),
    ]
    turn = TURNS.get(State(request.status))
    return turn if turn in sides else next(iter(sides), None)


def may_answer(user: Any, request: AccessRequest) -> bool:
    """Whether it is this person's turn."""
    turn = TURNS.get(State(request.status))
    return turn is not None and side_of(user, request) == turn
