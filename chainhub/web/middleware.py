"""The organization a person acts for, and refusals told as messages."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.functional import SimpleLazyObject
from django.utils.http import url_has_allowed_host_and_scheme

from chainhub.core.disk import refusal_of
from chainhub.core.errors import DomainError
from chainhub.organizations.models import Organization

ACTING_KEY = "acting_for"

Answer = Callable[[HttpRequest], HttpResponse]


def _acting(request: HttpRequest) -> Organization | None:
    mine = list(Organization.objects.of(request.user).order_by("memberships__created_at"))
    chosen = request.session.get(ACTING_KEY)
    return next((one for one in mine if one.pk == chosen), mine[0] if mine else None)


class ActingFor:
    """Sets `request.acting`: the chosen organization, else the person's first, else None (found when first asked)."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.acting = SimpleLazyObject(lambda: _acting(request))  # type: ignore[attr-defined]
        return self.get_response(request)


class Refusals:
    """A `DomainError` that leaves a page view becomes a message on the page the person came from.

    Where the disk is full, a message could not be kept: a page of its own says so.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if request.path.startswith("/api/"):
            return None
        full = None if isinstance(exception, DomainError) else refusal_of(exception)
        exception = full or exception
        if not isinstance(exception, DomainError):
            return None
        if getattr(request, "htmx", False):
            answer = HttpResponse(str(exception), status=exception.status, content_type="text/plain; charset=utf-8")
            answer["HX-Reswap"] = "none"
            return answer
        if full is not None:
            return render(request, "507.html", {"sentence": str(full)}, status=full.status)
        messages.error(request, str(exception))
        return HttpResponseRedirect(_back(request))


def _back(request: Any) -> str:
    """The page the person came from, when it is ours; else this page's address for a read, else the start."""
    referer = request.META.get("HTTP_REFERER", "")
    if url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure()):
        return str(referer)
    return "/"
