"""What a form of terms says as it stands, in sentences, while somebody fills it in."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_POST

from chainhub.collaborations.models import Collaboration
from chainhub.organizations.models import Organization
from chainhub.policies import permissions
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
    """The owner's offer."""
    dataset = visible(request, org, slug)
    if not permissions.may_set_policy(request.user, dataset):
        raise PermissionDenied
    among = permissions.shared_collaborations(dataset) & Collaboration.objects.visible_to(request.user)
    return _said(request, {"terms": offered(dataset), "owner": dataset.organization, "among": among})


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


DATASET = "datasets/<slug:org>/<slug:slug>"
urlpatterns = [
    path(f"{DATASET}/policy/preview/", policy, name="dataset-policy-preview"),
    path(f"{DATASET}/request/preview/", ask, name="dataset-request-preview"),
    path("access-requests/<int:pk>/counter/preview/", counter, name="access-request-preview"),
]
