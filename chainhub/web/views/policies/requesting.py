"""Asking for access, and the list of all requests of the person's organizations."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from chainhub.collaborations.models import Collaboration
from chainhub.core.errors import DomainError
from chainhub.datasets.models import Dataset
from chainhub.organizations.models import OrganizationQuerySet
from chainhub.policies import permissions, services
from chainhub.policies.fitting import fitted
from chainhub.policies.models import AccessRequest
from chainhub.policies.reading import offered
from chainhub.policies.standing import standing_of
from chainhub.policies.states import OPEN, State
from chainhub.web.forms.policies import RequestForm
from chainhub.web.forms.refusals import refusals_in
from chainhub.web.http import SignedInRequest
from chainhub.web.pages import page_of
from chainhub.web.views.datasets.finding import visible
from chainhub.web.views.policies.offering import said, use_tab

SHOWN = {"open": OPEN, "agreed": (State.FINALIZED,), "ended": (State.TERMINATED,)}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: SignedInRequest, org: str, slug: str) -> HttpResponse:
    """Ask for use of the dataset; the form begins with the terms on which it is offered."""
    dataset = visible(request, org, slug)
    asking = permissions.asking_organizations(request.user, dataset)
    if permissions.may_set_policy(request.user, dataset):
        messages.info(request, _("Your own organization decides about it; there is nothing to ask."))
        return redirect(use_tab(dataset))
    if not permissions.may_request(request.user, dataset):
        raise PermissionDenied
    choices = choices_for(dataset, asking)
    initial = {"organization": request.acting.slug if request.acting else None}
    form = RequestForm(request.POST or None, **choices, asking=asking, initial=initial)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form, of=DomainError):
            given = form.cleaned_data
            made = services.request_access(
                dataset,
                given["collaboration"],
                given["organization"],
                actor=request.user,
                purpose=given["purpose"],
                terms=form.terms,
                note=given["note"],
            )
            messages.success(request, _("%(owner)s has been asked.") % {"owner": dataset.organization.name})
            return redirect(made)
    told = said(choices["terms"], request.user)
    context = {"dataset": dataset, "form": form, "said": told, "open": _open(request, dataset)}
    return render(request, "web/policies/ask.html", context)


def choices_for(dataset: Dataset, asking: OrganizationQuerySet) -> dict[str, Any]:
    """With what a request begins, and whom it may name: the collaborations that both sides share, and who is there."""
    shared = permissions.shared_collaborations(dataset) & Collaboration.objects.joined_by(asking)
    return {"terms": fitted(offered(dataset), asking, shared), "owner": dataset.organization, "among": shared}


def _open(request: SignedInRequest, dataset: Dataset) -> AccessRequest | None:
    """The negotiation that stands in the way of what was sent, if there is one."""
    if request.method != "POST":
        return None
    mine = AccessRequest.objects.visible_to(request.user).open().filter(dataset=dataset)
    sent = {f"{one}__slug": request.POST.get(one, "").replace("\x00", "") for one in ("organization", "collaboration")}
    return mine.filter(**sent).first()


@login_required
@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """Those that my organizations made or received; `?show=agreed`."""
    seen = AccessRequest.objects.visible_to(request.user).distinct()
    show = request.GET.get("show", "open")
    show = show if show in SHOWN else "open"
    rows = seen.filter(status__in=SHOWN[show]).select_related("dataset__organization", "organization", "collaboration")
    waiting = AccessRequest.objects.awaiting(request.user, permissions.PROVIDERS, permissions.CONSUMERS)
    if show == "agreed":
        rows = rows.select_related("agreement__grant").prefetch_related("collaboration__participants")
    page = page_of(request, rows)
    if show == "agreed":
        for one in page:
            one.standing = standing_of(one.agreement)
    context = {"page": page, "show": show, "waiting": set(waiting.values_list("pk", flat=True))}
    return render(request, "web/policies/index.html", context)


urlpatterns = [
    path("datasets/<slug:org>/<slug:slug>/request/", ask, name="dataset-request"),
    path("access-requests/", index, name="access-requests"),
]
