"""Who may do what with a dataset; asked inside the services and by the templates that hide buttons."""

from typing import Any

from django.utils import timezone

from chainhub.collaborations.models import Collaboration, Participant
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
    """Whether the grant that holds for one of the person's organizations says so."""
    return bool(granted_to(user, dataset, **allows))


def granted_to(user: Any, dataset: Dataset, **allows: bool) -> list[Organization]:
    """The person's organizations whose grant lets them (`allows_rows`, `allows_download`), one entry per collaboration.

    In each collaboration one grant holds for an organization: the one to it alone goes before the one to all
    participants, also where it permits less or has ended.
    """
    return [organization for organization, _grant in grants_letting(user, dataset, **allows)]


def grants_letting(user: Any, dataset: Dataset, **allows: bool) -> list[tuple[Organization, Grant]]:
    """The same with the grants."""
    if not user.is_authenticated:
        return []
    return [
        (organization, grant)
        for organization, grant in _holding(user, dataset)
        if all(getattr(grant, name) is wanted for name, wanted in allows.items()) and _permits(grant, organization)
    ]


def everyone_may_see_rows(dataset: Dataset, collaboration: Collaboration) -> bool:
    """Whether rows may stand in what all participants receive, those included who have left or are yet to answer.

    What they receive they keep, so a grant that ends some day is not enough.
    """
    standing = Grant.objects.active().filter(dataset=dataset, collaboration=collaboration, dataset__withdrawn_at=None)
    held = {one.organization_id: one for one in standing.select_related("collaboration")}
    if None not in held:
        return False
    others = Organization.objects.filter(participations__collaboration=collaboration).exclude(
        pk=dataset.organization_id
    )
    grants = [(held.get(one.pk, held[None]), one) for one in others]
    return all(grant.allows_rows and grant.until is None and _permits(grant, one) for grant, one in grants)


def _holding(user: Any, dataset: Dataset) -> list[tuple[Organization, Grant]]:
    """Each seat of the person's organizations, with the grant that holds there."""
    standing = Grant.objects.active().filter(dataset=dataset, dataset__withdrawn_at=None, collaboration__closed_at=None)
    held = {(one.collaboration_id, one.organization_id): one for one in standing.select_related("collaboration")}
    if not held:
        return []
    seats = Participant.objects.accepted().filter(
        organization__in=Organization.objects.of(user), collaboration__in={key[0] for key in held}
    )
    found = []
    for seat in seats.select_related("organization").order_by("pk"):
        own = held.get((seat.collaboration_id, seat.organization_id))
        grant = own or held.get((seat.collaboration_id, None))
        if grant is not None:
            found.append((seat.organization, grant))
    return found


def _permits(grant: Grant, organization: Organization) -> bool:
    """Whether it has not ended, and its terms mean this organization, this collaboration and its scenario."""
    if grant.until is not None and grant.until <= timezone.now():
        return False
    said, collaboration = grant.terms, grant.collaboration
    limits = (
        ("organizations", organization.slug),
        ("collaborations", collaboration.slug),
        ("purposes", collaboration.scenario),
    )
    return all(not said.get(limit) or here in said[limit] for limit, here in limits)


def may_grant_to(dataset: Dataset, collaboration: Collaboration) -> bool:
    """Whether the owner takes part in the collaboration now."""
    return Collaboration.objects.joined_by([dataset.organization]).filter(
        pk=collaboration.pk, closed_at=None
    ).exists()  # fmt: skip
