"""What every page view needs: the signed-in person, the organization that person acts for, and where to go on."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from chainhub.accounts.models import User
from chainhub.organizations.models import Organization


class SignedInRequest(HttpRequest):
    """A request after `login_required`: its user is a `User`; `acting` is the organization acted for, if any."""

    user: User
    acting: Organization | None
    htmx: bool


def local_path(given: str) -> str:
    """What a form or an address says to go on with, if it is a path of the hub; empty for everything else."""
    return given if given.startswith("/") and url_has_allowed_host_and_scheme(given, None) else ""
