"""Who may do what with a dataset; asked inside the services and by the templates that hide buttons."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from chainhub.collaborations.models import Collaboration, Participant, ParticipantStatus
from chainhub.datasets.models import Dataset, Grant
from chainhub.datasets.roles import sensitive_fields
from chainhub.organizations.models import Organization
from chainhub.organizations.permissions import has_role, may_steward


def may_register(user: Any, organization: Organization) -> bool:
    """Register data in the organization's name."""
    return may_steward(user, organization)


def may_edit(user: Any, dataset: Dataset) -> bool:
    """Change the card, the roles of fields and who sees it; add versions."""
    return may_steward(user, dataset.organization)


def may_grant(user: Any, dataset: Dataset) -> bool:
    """Let collaborations train on it, and take that back."""
    return may_steward(user, dataset.organization)


def may_withdraw(user: Any, dataset: Dataset) -> bool:
    """Withdraw it from all use, and restore it."""
    return may_steward(user, dataset.organization)


def may_see_rows(user: Any, dataset: Dataset) -> bool:
    """See rows and images: the owner's people, and those whom a grant in force lets do so."""
    return has_role(user, dataset.organization) or _is_granted(user, dataset, allows_rows=True)


def may_download(user: Any, dataset: Dataset) -> bool:
    """Take rows along (as CSV, without masked fields): the owner's people, and those whom a grant in force lets."""
    return has_role(user, dataset.organization) or _is_granted(user, dataset, allows_download=True)


def may_take_files(user: Any, dataset: Dataset) -> bool:
    """Download the files themselves, which hold every field: others than the owner only where nothing is masked."""
    if has_role(user, dataset.organization):
        return True
    return not sensitive_fields(dataset) and _is_granted(user, dataset, allows_download=True)


def may_see_reads(user: Any, dataset: Dataset) -> bool:
    """See who viewed, downloaded and trained on it: the owner's people."""
    return has_role(user, dataset.organization)


def _is_granted(user: Any, dataset: Dataset, **allows: bool) -> bool:
    """Whether a grant in force to one of the person's organizations says so."""
    if not user.is_authenticated:
        return False
    grants = in_force(user).filter(dataset=dataset, **allows).select_related("collaboration")
    return any(_names(grant, user) for grant in grants)


def _names(grant: Grant, user: Any) -> bool:
    """Whether its terms mean one of the person's organizations, and this collaboration with its scenario."""
    said, collaboration = grant.terms, grant.collaboration
    for limit, here in (("collaborations", collaboration.slug), ("purposes", collaboration.scenario)):
        if said.get(limit) and here not in said[limit]:
            return False
    named = said.get("organizations")
    return not named or Organization.objects.of(user).filter(slug__in=named).exists()


def in_force(user: Any) -> QuerySet[Grant]:
    """Grants that count now for one of the person's organizations: not revoked, not over, of data not withdrawn."""
    mine = Organization.objects.of(user)
    seats = Participant.objects.filter(organization__in=mine, status=ParticipantStatus.ACCEPTED)
    named = Q(organization=None) | Q(organization__in=mine)
    valid = Q(until=None) | Q(until__gt=timezone.now())
    return Grant.objects.filter(
        named, valid, revoked_at=None, dataset__withdrawn_at=None, collaboration__in=seats.values("collaboration")
    )


def may_grant_to(dataset: Dataset, collaboration: Collaboration) -> bool:
    """Whether the owner takes part in the collaboration now."""
    return Collaboration.objects.joined_by([dataset.organization]).filter(
        pk=collaboration.pk, closed_at=None
    ).exists()  # fmt: skip
