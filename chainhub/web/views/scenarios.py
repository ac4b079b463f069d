"""Pages: scenarios: what the AI is for."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from chainhub.accounts.models import User
from chainhub.collaborations.models import Collaboration
from chainhub.collaborations.permissions import may_open_for
from chainhub.core.sentences import render as said
from chainhub.jobs.catalogue import find_recipe, title_of
from chainhub.registry.models import Model, ModelVersion
from chainhub.scenarios.catalogue import Scenario, scenario, scenarios
from chainhub.scenarios.examples import NOTHING, Example
from chainhub.scenarios.making import open_example
from chainhub.scenarios.preparing import Preparing
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


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def trial(request: SignedInRequest, slug: str, trial: str) -> HttpResponse:
    """What launching the example makes; a POST makes it, and the page then says how far that is."""
    found = scenario(slug)
    wanted = next((one for one in found.trials if one.slug == trial), None) if found else None
    if found is None or wanted is None:
        raise Http404
    example = Example(found, wanted, request.acting) if request.acting else None
    may = bool(request.acting and may_open_for(request.user, request.acting))
    if request.method == "POST":
        if example is None or not may:
            messages.error(request, _("Only owners and admins of an organization may launch an example for it."))
        elif example.job() is None:
            open_example(example, actor=request.user)
            Preparing(example).begin(request.user)
        return HttpResponseRedirect(request.path)
    state = _state_of(example, request.user) if example else {"stage": "apart", "state": "apart"}
    if request.htmx and request.GET.get("seen") == state["state"]:
        return HttpResponse(status=204)  # nothing is swapped, and nothing read out again
    context = {"scenario": found, "trial": wanted, "recipe": title_of(wanted.recipe or found.recipe), "may": may}
    template = "web/scenarios/_making.html" if request.htmx else "web/scenarios/trial.html"
    return render(request, template, context | state)


def _state_of(example: Example, reader: User) -> dict[str, Any]:
    """How far it is: not begun, waiting, being made, refused, launched, or published; `state` tells these apart."""
    last, preparing = example.last_job(), Preparing(example)
    job = None if last is None or last.status in NOTHING else last
    found = ModelVersion.objects.visible_to(reader).filter(job=job).select_related("model__organization")
    version = found.only("number", "model__slug", "model__organization__slug").first() if job else None
    stage = "there" if version else "launched" if job else preparing.stage
    ready = example.ready() if stage == "making" else 0
    return {
        "together": example.collaboration() if job else None,
        "job": job,
        "failed": None if job else last,
        "version": version,
        "stage": stage,
        "ready": ready,
        "why_not": said(preparing.why_not),
        "state": f"{stage}-{ready}",
    }


urlpatterns = [
    path("scenarios/", index, name="scenarios"),
    path("scenarios/<slug:slug>/", detail, name="scenario"),
    path("scenarios/<slug:slug>/<slug:trial>/", trial, name="scenario-trial"),
]
