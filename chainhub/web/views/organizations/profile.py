"""The list, one organization's profile, and the organization a person acts for."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from chainhub.datasets.models import Dataset
from chainhub.organizations import permissions, services
from chainhub.organizations.models import Organization, Role, Stage
from chainhub.registry.models import Model
from chainhub.repositories.quotas import room_of
from chainhub.web.forms.organizations import InvitationForm, OrganizationForm
from chainhub.web.forms.refusals import refusals_in
from chainhub.web.http import SignedInRequest, local_path
from chainhub.web.middleware import ACTING_KEY
from chainhub.web.pages import page_of, words_in

SHOWN = 6


def _for_list(request: SignedInRequest) -> QuerySet[Organization]:
    found = Organization.objects.visible_to(request.user)
    if words := words_in(request):
        found = found.filter(Q(name__icontains=words) | Q(short_name__icontains=words) | Q(industry__icontains=words))
    if (stage := request.GET.get("stage", "")) in Stage.values:
        found = found.filter(stage=stage)
    return found.annotate(people=Count("memberships", distinct=True)).order_by("name")


@login_required
@require_GET
def index(request: SignedInRequest) -> HttpResponse:
    """Every organization on the hub: partners must be able to find each other."""
    page = page_of(request, _for_list(request))
    mine = set(Organization.objects.of(request.user).values_list("pk", flat=True))
    return render(request, "web/organizations/index.html", {"page": page, "stages": Stage.choices, "mine": mine})


@login_required
@require_http_methods(["GET", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """Open an organization; the person becomes its owner, acts for it, and goes on with what needed one (`next`)."""
    form = OrganizationForm(request.POST or None, initial={"colour": services.free_colour()})
    back = local_path((request.POST if request.method == "POST" else request.GET).get("next", ""))
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            organization = services.create_organization(actor=request.user, **form.cleaned_data)
            request.session[ACTING_KEY] = organization.pk
            messages.success(request, _("%(organization)s is open; you act for it.") % {"organization": organization})
            return redirect(back or organization)
    return render(request, "web/organizations/new.html", {"form": form, "back": back})


@login_required
@require_GET
def detail(request: SignedInRequest, slug: str) -> HttpResponse:
    """One organization: who it is, its people, and what of it the person may see."""
    organization = get_object_or_404(Organization.objects.visible_to(request.user), slug=slug)
    return render(request, "web/organizations/detail.html", detail_context(request, organization))


def detail_context(request: SignedInRequest, organization: Organization, **more: Any) -> dict[str, Any]:
    """What the page of one organization shows; members see its people, others only their number."""
    seats = list(organization.memberships.select_related("user").order_by("created_at"))
    mine = next((seat for seat in seats if seat.user_id == request.user.pk), None)
    role = mine.role if mine else ""
    manages = role in permissions.MANAGERS
    datasets = Dataset.objects.visible_to(request.user).filter(organization=organization, withdrawn_at=None)
    models = Model.objects.visible_to(request.user).filter(organization=organization)
    context: dict[str, Any] = {
        "organization": organization,
        "seats": seats,
        "mine": mine,
        "manages": manages,
        "owns": role == Role.OWNER,
        "datasets": datasets.select_related("organization")[:SHOWN],
        "models": models.select_related("organization")[:SHOWN],
        "roles": Role.choices,
        **_next_steps(organization, role),
    }
    if manages:
        context["invitations"] = organization.invitations.open().select_related("invited_by")
        context["invitation_form"] = InvitationForm()
    return {**context, **more}


def _next_steps(organization: Organization, role: str) -> dict[str, str]:
    """Where a member fills what is empty, as far as that role may."""
    register = reverse("web:dataset-new", query={"organization": organization.slug})
    return {
        "register_url": register if role in permissions.STEWARDS else "",
        "launch_url": reverse("web:job-new") if role in permissions.SCIENTISTS else "",
    }


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: SignedInRequest, slug: str) -> HttpResponse:
    """Change the profile."""
    organization = get_object_or_404(Organization.objects.where(request.user, *permissions.MANAGERS), slug=slug)
    form = OrganizationForm(request.POST or None, instance=organization)
    if request.method == "POST" and form.is_valid():
        fresh = Organization.objects.get(pk=organization.pk)
        with refusals_in(form):
            return redirect(services.change_organization(fresh, actor=request.user, **form.cleaned_data))
    return render(
        request,
        "web/organizations/edit.html",
        {"form": form, "organization": organization, "room": room_of(organization)},
    )


@login_required
@require_POST
def act_for(request: SignedInRequest) -> HttpResponseRedirect:
    """Choose the organization in whose name the person acts from now on."""
    slug = request.POST.get("organization", "")
    organization = get_object_or_404(Organization.objects.of(request.user), slug=slug)
    request.session[ACTING_KEY] = organization.pk
    return redirect(local_path(request.POST.get("next", "")) or "/")


urlpatterns = [
    path("organizations/", index, name="organizations"),
    path("organizations/new/", new, name="organization-new"),
    path("organizations/<slug:slug>/", detail, name="organization"),
    path("organizations/<slug:slug>/edit/", edit, name="organization-edit"),
    path("act-for/", act_for, name="act-for"),
]
