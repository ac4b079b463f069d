"""Who decides over an organization's keys; asked inside the services and by the pages that hide buttons."""

from typing import Any

from chainhub.organizations.models import Organization, Role
from chainhub.organizations.permissions import has_role


def may_keep_keys(user: Any, organization: Organization) -> bool:
    """See the organization's keys, renew them, and destroy them with everything they open."""
    return has_role(user, organization, Role.OWNER)
