"""Bringing data in: a new dataset, a new version, and what inspection makes of it."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chainhub.datasets import permissions, services
from chainhub.organizations.models import Organization
from chainhub.organizations.permissions import STEWARDS
from chainhub.repositories.quotas import room_of
from chainhub.web.forms.datasets import DatasetForm, VersionForm
from chainhub.web.forms.refusals import refusals_in
from chainhub.web.http import SignedInRequest
from chainhub.web.pages import words_in
from chainhub.web.views.datasets.finding import found_in, versions_of, visible

ACCEPTED = (
    ".csv,.tsv,.txt,.gz,.parquet,.pq,.zip,.arrow,.feather,.json,.jsonl,.ndjson,.xlsx,.tar,.tgz,.md,.smi,.smiles,"
    ".png,.jpg,.jpeg,.webp,.bmp"
)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """Register data for one of the organizations in which the person may."""
    organizations = Organization.objects.where(request.user, *STEWARDS)
    named = organizations.filter(slug=words_in(request, "organization")).first()
    acting = request.acting if request.acting in organizations else None
    initial = {"organization": named or acting or organizations.first()}
    form = DatasetForm(request.POST or None, user=request.user, organizations=organizations, initial=initial)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            dataset = services.register_dataset(actor=request.user, **form.cleaned_data)
            return redirect(found_in(dataset))
    owner = initial["organization"]
    context = {"form": form, "organizations": organizations, **_limits(owner)}
    return render(request, "web/datasets/new.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_version(request: SignedInRequest, org: str, slug: str) -> HttpResponse:
    """Upload the next version."""
    dataset = visible(request, org, slug)
    if not permissions.may_edit(request.user, dataset):
        raise PermissionDenied
    form = VersionForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            services.add_version(dataset, actor=request.user, **form.cleaned_data)
            return redirect(found_in(dataset))
    latest = dataset.latest_version
    return render(
        request,
        "web/datasets/version.html",
        {"dataset": dataset, "form": form, "latest": latest, **_limits(dataset.organization)},
    )


@login_required
@require_safe
def inspection(request: SignedInRequest, org: str, slug: str, number: int) -> HttpResponse:
    """The state of one version as a fragment; a finished one makes the whole page load again."""
    dataset = visible(request, org, slug)
    version = get_object_or_404(versions_of(request.user, dataset), number=number)
    answer = render(request, "web/datasets/_inspection.html", {"dataset": dataset, "newest": version})
    if version.status != "inspecting":
        answer["HX-Refresh"] = "true"
    return answer


@login_required
@require_POST
def discard(request: SignedInRequest, org: str, slug: str) -> HttpResponse:
    """Remove a dataset that never was usable."""
    dataset = visible(request, org, slug)
    name = dataset.name
    services.discard_dataset(dataset, actor=request.user)
    messages.success(request, _("“%(name)s” was discarded.") % {"name": name})
    return redirect("web:datasets")


def _limits(owner: Organization | None) -> dict[str, Any]:
    """What the drop area says and refuses before a byte travels."""
    room = room_of(owner) if owner else None
    return {"accept": ACCEPTED, "max_bytes": settings.MAX_UPLOAD_BYTES, "owner": owner, "room": room}


BASE = "datasets/<slug:org>/<slug:slug>"
urlpatterns = [
    path("datasets/new/", new, name="dataset-new"),
    path(f"{BASE}/versions/new/", new_version, name="dataset-version-new"),
    path(f"{BASE}/versions/<int:number>/inspection/", inspection, name="dataset-inspection"),
    path(f"{BASE}/discard/", discard, name="dataset-discard"),
]
