"""Data that stays where it is: registered by its address, checked again when asked."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from chainhub.core.errors import DomainError
from chainhub.datasets import permissions, services
from chainhub.datasets.references import described
from chainhub.organizations.models import Organization
from chainhub.organizations.permissions import STEWARDS
from chainhub.web.forms.references import ReferredDatasetForm, ReferredVersionForm
from chainhub.web.http import SignedInRequest
from chainhub.web.views.datasets.finding import found_in, versions_of, visible


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """Register data by its address for one of the organizations in which the person may."""
    organizations = Organization.objects.where(request.user, *STEWARDS)
    acting = request.acting
    initial = {"organization": acting if acting and acting in organizations else organizations.first()}
    form = ReferredDatasetForm(request.POST or None, organizations=organizations, initial=initial)
    if request.method == "POST" and form.is_valid():
        asked = dict(form.cleaned_data)
        if reference := _described(form, asked, asked["organization"]):
            return redirect(found_in(services.register_dataset(actor=request.user, reference=reference, **asked)))
    return render(request, "web/datasets/reference.html", {"form": form, "organizations": organizations})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_version(request: SignedInRequest, org: str, slug: str) -> HttpResponse:
    """The next version by its address."""
    dataset = visible(request, org, slug)
    if not permissions.may_edit(request.user, dataset):
        raise PermissionDenied
    form = ReferredVersionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        asked = dict(form.cleaned_data)
        if reference := _described(form, asked, dataset.organization):
            services.add_version(dataset, actor=request.user, reference=reference, **asked)
            return redirect(found_in(dataset))
    return render(request, "web/datasets/reference.html", {"form": form, "dataset": dataset, "organizations": [1]})


@login_required
@require_POST
def check(request: SignedInRequest, org: str, slug: str, number: int) -> HttpResponse:
    """Read and hash the file again."""
    dataset = visible(request, org, slug)
    version = get_object_or_404(versions_of(request.user, dataset), number=number)
    services.ask_for_check(version, actor=request.user)
    messages.success(request, _("The file is read again; the result appears beside the version."))
    return redirect(f"{dataset.get_absolute_url()}?tab=versions")


def _described(form: BaseForm, asked: dict[str, Any], owner: Organization) -> dict[str, Any] | None:
    """The reference; None where it is refused, which the form then says."""
    try:
        return described(asked.pop("address"), organization=owner, sha256=asked.pop("sha256"))
    except DomainError as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else "address", str(refusal))
        return None


BASE = "datasets/<slug:org>/<slug:slug>"
urlpatterns = [
    path("datasets/reference/", new, name="dataset-reference"),
    path(f"{BASE}/versions/reference/", new_version, name="dataset-version-reference"),
    path(f"{BASE}/versions/<int:number>/check/", check, name="dataset-reference-check"),
]
