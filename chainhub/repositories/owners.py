"""In whose name a person uploads."""

from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.core.errors import NotAllowedError
from chainhub.organizations.models import Organization
from chainhub.organizations.permissions import STEWARDS


def uploading_for(user: User, named: str = "", *, acting: Organization | None = None) -> Organization:
    """The organization that was named, else the one acted for, else the first in which the person may.

    Raises `NotAllowedError` where they may not register data there, or nowhere.
    """
    mine = list(Organization.objects.where(user, *STEWARDS).order_by("memberships__created_at"))
    if named:
        mine = [one for one in mine if one.slug == named]
    preferred = [one for one in mine if acting and one.pk == acting.pk]
    if not mine:
        raise NotAllowedError(
            gettext_noop("Data is put in by an organization's owners, admins and data stewards; ask one of them.")
        )
    return (preferred or mine)[0]
