"""The owner says on which terms a dataset is offered; everybody who sees the dataset reads it, programs as ODRL."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from chainhub.accounts.models import User
from chainhub.collaborations.models import Collaboration
from chainhub.datasets.models import Dataset
from chainhub.organizations.models import Organization
from chainhub.policies import odrl, permissions, services
from chainhub.policies.names import as_told
from chainhub.policies.reading import current_policy, offered
from chainhub.policies.sentences import sentences_of
from chainhub.policies.templates import template, templates
from chainhub.policies.terms import Terms
from chainhub.web.forms.policies import PolicyForm
from chainhub.web.forms.refusals import refusals_in
from chainhub.web.http import SignedInRequest
from chainhub.web.views.datasets.finding import visible


def use_tab(dataset: Dataset) -> str:
    """Where the terms of a dataset are shown."""
    return f"{dataset.get_absolute_url()}?tab=use"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def policy(request: SignedInRequest, org: str, slug: str) -> HttpResponse:
    """Write the next version; `?template=careful` begins with a usual case."""
    dataset = visible(request, org, slug)
    if not permissions.may_set_policy(request.user, dataset):
        raise PermissionDenied
    begun = template(request.GET.get("template", ""))
    terms = begun.terms if begun else offered(dataset)
    among = permissions.shared_collaborations(dataset) & Collaboration.objects.visible_to(request.user)
    form = PolicyForm(request.POST or None, terms=terms, owner=dataset.organization, among=among)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            note = form.cleaned_data["note"]
            made = services.set_policy(dataset, form.terms, actor=request.user, note=note)
            messages.success(request, _("Version %(number)s of the usage policy stands.") % {"number": made.number})
            return redirect(use_tab(dataset))
    context = {
        "dataset": dataset,
        "form": form,
        "templates": templates(),
        "begun": begun,
        "current": current_policy(dataset),
        "standing": dataset.grants.active().count(),
        "said": said(terms, request.user),
    }
    return render(request, "web/policies/policy.html", context)


@login_required
@require_safe
def as_odrl(request: SignedInRequest, org: str, slug: str) -> HttpResponse:
    """The current policy as an ODRL offer."""
    dataset = visible(request, org, slug)
    current = current_policy(dataset)
    if current is None:
        raise Http404
    here = request.build_absolute_uri
    offer = odrl.offer(
        as_told(current.said, Collaboration.objects.visible_to(request.user)),
        uid=here(f"{request.path}#{current.number}"),
        target=here(dataset.get_absolute_url()),
        assigner=here(dataset.organization.get_absolute_url()),
    )
    return download(offer, f"{dataset.slug}-policy-{current.number}.json")


def download(policy_json: Any, filename: str) -> HttpResponse:
    """A JSON-LD file."""
    answer = JsonResponse(policy_json, content_type="application/ld+json", json_dumps_params={"indent": 2})
    answer["Content-Disposition"] = f'attachment; filename="{filename}"'
    return answer


def said(terms: Terms, reader: User, *, user: Organization | None = None) -> list[dict[str, Any]]:
    """The sentences as pages show them to this reader; `user` as in `sentences_of`."""
    known = Collaboration.objects.visible_to(reader)
    return [{"field": one.field, "sentence": one.sentence} for one in sentences_of(terms, known=known, user=user)]


BASE = "datasets/<slug:org>/<slug:slug>/policy"
urlpatterns = [
    path(f"{BASE}/", policy, name="dataset-policy"),
    path(f"{BASE}/odrl.json", as_odrl, name="dataset-odrl"),
]
