"""Who may do what with a dataset; asked inside the services and by the templates that hide buttons."""

from typing import Any

from chainhub.collaborations.models import Collaboration
from chainhub.datasets.models import Dataset
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
    """See rows and images and download files: the owner's people only."""
    return has_role(user, dataset.organization)


def may_grant_to(dataset: Dataset, collaboration: Collaboration) -> bool:
    """Whether the owner takes part in the collaboration now."""
    return Collaboration.objects.joined_by([dataset.organization]).filter(
        pk=collaboration.pk, closed_at=None
    ).exists()  # fmt: skip
