"""What a form of terms says as it stands, in sentences and as ODRL, while somebody fills it in."""

import json
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from chainhub.collaborations.models import Collaboration
from chainhub.datasets.models import Dataset
from chainhub.organizations.models import Organization
from chainhub.policies import odrl, permissions
from chainhub.policies.names import as_told
from chainhub.policies.reading import offered
from chainhub.web.forms.policies import TermsForm
from chainhub.web.http import SignedInRequest
from chainhub.web.views.datasets.finding import visible
from chainhub.web.views.policies.negotiating import choices_in, visible_request
from chainhub.web.views.policies.offering import said
from chainhub.web.views.policies.requesting import choices_for


@login_required
@require_POST
def policy(request: SignedInRequest, org: str, slug: str) -> HttpResponse:
    """The owner's offer; `?as=odrl` as programs of partners would read it."""
    dataset = visible(request, org, slug)
    if not permissions.may_set_policy(request.user, dataset):
        raise PermissionDenied
    among = permissions.shared_collaborations(dataset) & Collaboration.objects.visible_to(request.user)
    choices = {"terms": offered(dataset), "owner": dataset.organization, "among": among}
    return _odrl(request, choices, dataset) if request.GET.get("as") == "odrl" else _said(request, choices)


@login_required
@require_POST
def ask(request: SignedInRequest, org: str, slug: str) -> HttpResponse:
    """What somebody is about to ask for; in it they may name what both sides share."""
    dataset = visible(request, org, slug)
    if not permissions.may_request(request.user, dataset):
        raise PermissionDenied
    asking = permissions.asking_organizations(request.user, dataset)
    user = asking.filter(slug=request.POST.get("organization", "").replace("\x00", "")).first()
    return _said(request, choices_for(dataset, asking), user)


@login_required
@require_POST
def counter(request: SignedInRequest, pk: int) -> HttpResponse:
    """Other terms in a negotiation."""
    asked = visible_request(request, pk)
    return _said(request, choices_in(asked), asked.organization)


def _said(request: SignedInRequest, choices: dict[str, Any], user: Organization | None = None) -> HttpResponse:
    form = TermsForm(request.POST, **choices)
    told = said(form.terms, request.user, user=user) if form.is_valid() else []
    return render(request, "web/policies/_said.html", {"said": told, "errors": form.errors.values()})


def _odrl(request: SignedInRequest, choices: dict[str, Any], dataset: Dataset) -> HttpResponse:
    form, here = TermsForm(request.POST, **choices), request.build_absolute_uri
    offer = form.is_valid() and odrl.offer(
        as_told(form.terms, Collaboration.objects.visible_to(request.user)),
        uid=here(reverse("web:dataset-odrl", args=[dataset.organization.slug, dataset.slug])),
        target=here(dataset.get_absolute_url()),
        assigner=here(dataset.organization.get_absolute_url()),
    )
    text = json.dumps(offer, indent=2, ensure_ascii=False) if offer else ""
    return render(request, "web/policies/_odrl.html", {"odrl": text})


DATASET = "datasets/<slug:org>/<slug:slug>"
urlpatterns = [
    path(f"{DATASET}/policy/preview/", policy, name="dataset-policy-preview"),
    path(f"{DATASET}/request/preview/", ask, name="dataset-request-preview"),
    path("access-requests/<int:pk>/counter/preview/", counter, name="access-request-preview"),
]
