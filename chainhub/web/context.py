"""What the frame around every page shows."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from chainhub.organizations.models import Organization
from chainhub.web.inbox import inbox_count
from chainhub.web.topics import own_topic

THEMES = ("light", "dark")


def frame(request: HttpRequest) -> dict[str, Any]:
    """Lazily: a page that shows no frame asks no question of the database."""
    user = getattr(request, "user", None)
    theme = request.COOKIES.get("theme", "")
    context: dict[str, Any] = {"theme": theme if theme in THEMES else ""}
    if user is not None and user.is_authenticated:
        context["own_topic"] = own_topic(user)
        context["acting"] = getattr(request, "acting", None)
        context["my_organizations"] = SimpleLazyObject(lambda: list(Organization.objects.of(user)))
        context["inbox_count"] = SimpleLazyObject(lambda: inbox_count(user))
    return context
