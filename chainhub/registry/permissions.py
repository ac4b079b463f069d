"""Who may do what with a model; whoever received a version may see, try and download it (`visible_to`)."""

from typing import Any

from chainhub.organizations.permissions import SCIENTISTS, has_role
from chainhub.registry.models import Model


def may_curate(user: Any, model: Model) -> bool:
    """Move its aliases and write its card's notes: scientists of the organization at whose address it lives."""
    return has_role(user, model.organization, *SCIENTISTS)
