"""How an organization's files are encrypted: renewing its key, and destroying all with what they open."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from chainhub.datasets.models import Dataset
from chainhub.jobs.models import TrainingJob
from chainhub.organizations.models import Organization, Role
from chainhub.registry.models import ModelVersion
from chainhub.repositories.keyring import current_key
from chainhub.repositories.models import DataKey
from chainhub.repositories.rotation import rotate_key, waiting_in
from chainhub.repositories.shredding import destroy_key, what_destruction_affects
from chainhub.web.forms.keys import DestroyForm
from chainhub.web.forms.refusals import refusals_in
from chainhub.web.http import SignedInRequest


def _owned(request: SignedInRequest, slug: str) -> Organization:
    # Only its owners keep an organization's keys; to others the page is not there.
    return get_object_or_404(Organization.objects.where(request.user, Role.OWNER), slug=slug)


@login_required
@require_GET
def keys(request: SignedInRequest, slug: str) -> HttpResponse:
    """The keys, what lies under each, and how far a renewal has come."""
    return render(request, "web/organizations/keys.html", _context(_owned(request, slug), DestroyForm()))


@login_required
@require_POST
def rotate(request: SignedInRequest, slug: str) -> HttpResponse:
    """Give the organization a new key."""
    organization = _owned(request, slug)
    key = rotate_key(organization, actor=request.user)
    messages.success(
        request, _("Key %(number)s takes all new files; the others are being encrypted anew.") % {"number": key.number}
    )
    return redirect("web:organization-keys", slug)


@login_required
@require_POST
def destroy(request: SignedInRequest, slug: str) -> HttpResponse:
    """Destroy every key, after the organization's name was typed."""
    organization, form = _owned(request, slug), DestroyForm(request.POST)
    if form.is_valid():
        with refusals_in(form):
            count = destroy_key(organization, actor=request.user, **form.cleaned_data)
            messages.warning(
                request, _("The keys are destroyed: %(count)s files can never be read again.") % {"count": count}
            )
            return redirect("web:organization-keys", slug)
    return render(request, "web/organizations/keys.html", _context(organization, form), status=422)


def _context(organization: Organization, form: DestroyForm) -> dict[str, Any]:
    readable = Q(blobs__lost=False)
    counted = DataKey.objects.filter(organization=organization).select_related("made_by").order_by("-number")
    extent, waiting = what_destruction_affects(organization), waiting_in(organization).count()
    data = Dataset.objects.filter(organization=organization, withdrawn_at=None)
    return {
        "organization": organization,
        "encrypts": settings.ENCRYPT_BLOBS,
        "current": current_key(organization),
        "keys": counted.annotate(files=Count("blobs", filter=readable), size=Sum("blobs__size", filter=readable)),
        "waiting": waiting,
        "moved": extent.files - waiting,
        "extent": extent,
        "datasets": data.count(),
        "jobs": TrainingJob.objects.unfinished().filter(inputs__version__dataset__in=data).distinct().count(),
        "models": ModelVersion.objects.filter(model__organization=organization).count(),
        "form": form,
    }


urlpatterns = [
    path("organizations/<slug:slug>/keys/", keys, name="organization-keys"),
    path("organizations/<slug:slug>/keys/rotate/", rotate, name="organization-keys-rotate"),
    path("organizations/<slug:slug>/keys/destroy/", destroy, name="organization-keys-destroy"),
]
