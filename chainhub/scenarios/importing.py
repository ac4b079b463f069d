"""Asking for a base model that a package carries: both doors queue it here, and the inbox says when it is there."""

from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.bases.services import check_may_import
from chainhub.core.errors import DomainError
from chainhub.core.queue import send
from chainhub.organizations.models import Organization


class QueueAwayError(DomainError):
    """Nothing was queued; the same can be asked again."""

    code = "queue-away"
    status = 503

    def __init__(self) -> None:
        """It always says the same."""
        super().__init__(gettext_noop("The hub's message server does not answer; try again soon."))


def ask_for_base(name: str, *, organization: Organization, actor: User) -> None:
    """Queue the import of one of `bases.CARRIED`. Raises `NotAllowedError` and `QueueAwayError`."""
    check_may_import(organization, actor=actor)
    if not send("scenarios.import_base_model", name, organization.pk, actor.pk):
        raise QueueAwayError
