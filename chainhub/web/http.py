"""What every page view needs: the signed-in person, and the organization that person acts for."""

from django.http import HttpRequest

from chainhub.accounts.models import User
from chainhub.organizations.models import Organization


class SignedInRequest(HttpRequest):
    """A request after `login_required`: its user is a `User`; `acting` is the organization acted for, if any."""

    user: User
    acting: Organization | None
    htmx: bool
