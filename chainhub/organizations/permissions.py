"""Who may do what in an organization; asked inside the services and by the templates that hide buttons."""

from typing import Any

from chainhub.organizations.models import Membership, Organization, Role

MANAGERS = (Role.OWNER, Role.ADMIN)
# Who may decide over data: put it in, set its terms, approve its use.
STEWARDS = (Role.OWNER, Role.ADMIN, Role.STEWARD)
# Who may launch training and publish.
SCIENTISTS = (Role.OWNER, Role.ADMIN, Role.SCIENTIST)
# Who may do anything that changes something.
CONTRIBUTORS = (Role.OWNER, Role.ADMIN, Role.SCIENTIST, Role.STEWARD)


def has_role(user: Any, organization: Organization, *roles: str) -> bool:
    """Whether the person sits in the organization in one of the roles (any role where none is named)."""
    if not user.is_authenticated:
        return False
    seats = Membership.objects.filter(user=user, organization=organization)
    return (seats.filter(role__in=roles) if roles else seats).exists()


def may_manage(user: Any, organization: Organization) -> bool:
    """Change the organization's profile, members and invitations; accept agreements in its name."""
    return has_role(user, organization, *MANAGERS)


def may_steward(user: Any, organization: Organization) -> bool:
    """Register data and set its terms."""
    return has_role(user, organization, *STEWARDS)


def may_launch_for(user: Any, organization: Organization) -> bool:
    """Launch training jobs in the organization's name."""
    return has_role(user, organization, *SCIENTISTS)


def may_make_owner(user: Any, organization: Organization) -> bool:
    """Give or take the role of owner."""
    return has_role(user, organization, Role.OWNER)
