"""Pages: search over everything that the person may see."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from chainhub.registry.finding import Found, search_everything
from chainhub.web.http import SignedInRequest
from chainhub.web.pages import words_in

FEW, MANY = 5, 20
SHOWN = {
    "collaborations": (_("Collaborations"), "handshake"),
    "datasets": (_("Datasets"), "database"),
    "jobs": (_("Training jobs"), "activity"),
    "models": (_("Models"), "box"),
    "bases": (_("Base models"), "package"),
    "organizations": (_("Organizations"), "building-2"),
    "people": (_("People"), "user"),
}


@login_required
@require_GET
def search(request: SignedInRequest) -> HttpResponse:
    """A page of its own, and the list under the search field as one types."""
    words = words_in(request)
    groups = [_group(one) for one in search_everything(request.user, words, most=FEW if request.htmx else MANY)]
    template = "web/search/_results.html" if request.htmx else "web/search/index.html"
    return render(request, template, {"words": words, "found": groups})


def _group(found: Found) -> dict[str, Any]:
    title, picture = SHOWN[found.kind]
    return {"title": title, "picture": picture, "things": found.things}


urlpatterns = [path("search/", search, name="search")]
