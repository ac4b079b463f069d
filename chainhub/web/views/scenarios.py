"""Pages: scenarios: what the AI is for."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from chainhub.collaborations.models import Collaboration
from chainhub.collaborations.permissions import may_open_for
from chainhub.jobs.catalogue import find_recipe, title_of
from chainhub.registry.models import Model
from chainhub.scenarios.catalogue import Scenario, scenario, scenarios
from chainhub.web.forms.jobs.parameters import shown_parameters
from chainhub.web.http import SignedInRequest

MOST_SHOWN = 12


@dataclass(frozen=True)
class Entry:
    """A scenario as the list shows it."""

    scenario: Scenario
    recipe: str
    collaborations: int


@login_required
@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """All of them, and how many of my collaborations work on each."""
    mine = list(Collaboration.objects.visible_to(request.user).values_list("scenario", flat=True))
    entries = [Entry(one, title_of(one.recipe), mine.count(one.slug)) for one in scenarios()]
    return render(request, "web/scenarios/index.html", {"entries": entries})


@login_required
@require_safe
def detail(request: SignedInRequest, slug: str) -> HttpResponse:
    """What it is for, who brings and receives what, and what it cannot do."""
    found = scenario(slug)
    if found is None:
        raise Http404
    collaborations = Collaboration.objects.visible_to(request.user).filter(scenario=slug).select_related("initiator")
    models = Model.objects.visible_to(request.user).filter(collaboration__scenario=slug)
    context = {
        "scenario": found,
        "recipe": title_of(found.recipe),
        "parameters": shown_parameters(find_recipe(found.recipe), found.parameters),
        "collaborations": collaborations[:MOST_SHOWN],
        "models": models.select_related("organization")[:MOST_SHOWN],
        "may_open": bool(request.acting and may_open_for(request.user, request.acting)),
    }
    return render(request, "web/scenarios/detail.html", context)


urlpatterns = [
    path("scenarios/", index, name="scenarios"),
    path("scenarios/<slug:slug>/", detail, name="scenario"),
]
