"""What the owner does with one version: go back to it, advise against it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from chainhub.datasets import services
from chainhub.datasets.models import DatasetVersion
from chainhub.web.forms.versions import DeprecateForm
from chainhub.web.http import SignedInRequest
from chainhub.web.views.datasets.finding import versions_of, visible


def _version(request: SignedInRequest, org: str, slug: str, number: int) -> DatasetVersion:
    dataset = visible(request, org, slug)
    version = get_object_or_404(versions_of(request.user, dataset), number=number)
    version.dataset = dataset
    return version


def _back(version: DatasetVersion) -> HttpResponse:
    return redirect(f"{version.dataset.get_absolute_url()}?tab=versions")


@login_required
@require_POST
def restore(request: SignedInRequest, org: str, slug: str, number: int) -> HttpResponse:
    """A new version with the files of this one."""
    made = services.restore_version(_version(request, org, slug, number), actor=request.user)
    messages.success(request, _("Version %(old)s is back as version %(new)s.") % {"old": number, "new": made.number})
    return _back(made)


@login_required
@require_POST
def deprecate(request: SignedInRequest, org: str, slug: str, number: int) -> HttpResponse:
    """Advise against it, with a reason."""
    version = _version(request, org, slug, number)
    form = DeprecateForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    services.deprecate_version(version, actor=request.user, reason=reason)
    return _back(version)


@login_required
@require_POST
def undeprecate(request: SignedInRequest, org: str, slug: str, number: int) -> HttpResponse:
    """Take that back."""
    return _back(services.undeprecate_version(_version(request, org, slug, number), actor=request.user))


BASE = "datasets/<slug:org>/<slug:slug>/versions/<int:number>"
urlpatterns = [
    path(f"{BASE}/restore/", restore, name="dataset-version-restore"),
    path(f"{BASE}/deprecate/", deprecate, name="dataset-version-deprecate"),
    path(f"{BASE}/undeprecate/", undeprecate, name="dataset-version-undeprecate"),
]
