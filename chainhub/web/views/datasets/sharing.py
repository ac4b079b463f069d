"""What the owner decides: the roles of fields, who sees it, who trains on it, withdrawing."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from chainhub.accounts.models import User
from chainhub.collaborations.models import Collaboration
from chainhub.datasets import services
from chainhub.datasets.models import Dataset
from chainhub.policies.models import WithdrawalReport
from chainhub.policies.reading import offered
from chainhub.policies.services import asking, grant_on_terms
from chainhub.web.forms.datasets import GrantForm, RolesForm, VisibilityForm, WithdrawForm
from chainhub.web.http import SignedInRequest
from chainhub.web.views.datasets.finding import visible
from chainhub.web.views.datasets.roles import roles_form


@login_required
@require_POST
def roles(request: SignedInRequest, org: str, slug: str) -> HttpResponse:
    """Choose target and identifiers."""
    dataset = visible(request, org, slug)
    form: RolesForm = roles_form(dataset, request.POST)
    if form.is_valid():
        services.set_roles(dataset, actor=request.user, **form.cleaned_data)
        messages.success(request, _("Target and identifiers were set."))
    else:
        messages.error(request, _("Choose fields that the dataset has."))
    return redirect(dataset)


@login_required
@require_POST
def visibility(request: SignedInRequest, org: str, slug: str) -> HttpResponse:
    """Choose who sees the card."""
    dataset = visible(request, org, slug)
    form = VisibilityForm(request.POST)
    if form.is_valid():
        services.change_visibility(dataset, actor=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
    else:
        messages.error(request, _("Choose who sees it."))
    return redirect(_use_tab(dataset))


@login_required
@require_POST
def grant(request: SignedInRequest, org: str, slug: str) -> HttpResponse:
    """Let a collaboration train on it, or change whether the owner is asked each time."""
    dataset = visible(request, org, slug)
    form = GrantForm(request.POST, organization=dataset.organization)
    if not form.is_valid():
        messages.error(request, _("Choose a collaboration in which your organization takes part."))
        return redirect(_use_tab(dataset))
    collaboration = form.cleaned_data["collaboration"]
    # A switch that is off is not sent: the form says beside it that it was there.
    said = "needs_approval" in request.POST or "switch" in request.POST
    asks = form.cleaned_data["needs_approval"] if said else None
    _grant(dataset, collaboration, request.user, asks=asks, renew="renew" in request.POST)
    messages.success(request, _("“%(name)s” may train on it.") % {"name": collaboration.name})
    return redirect(_use_tab(dataset))


@login_required
@require_POST
def revoke(request: SignedInRequest, org: str, slug: str, pk: int) -> HttpResponse:
    """Take a grant back; what that did is shown, where anything rested on it."""
    dataset = visible(request, org, slug)
    grant = get_object_or_404(dataset.grants.active(), pk=pk)
    services.revoke_grant(grant, actor=request.user)
    messages.success(request, _("No new job may train on it there."))
    return redirect(WithdrawalReport.objects.filter(dataset=dataset, grant=grant).first() or _use_tab(dataset))


@login_required
@require_POST
def withdraw(request: SignedInRequest, org: str, slug: str) -> HttpResponse:
    """Take the dataset out of all use; what that did is shown, where anything rested on it."""
    dataset = visible(request, org, slug)
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("The reason is longer than 300 characters; nothing was withdrawn. Say it shorter."))
        return redirect(_use_tab(dataset))
    dataset = services.withdraw_dataset(dataset, actor=request.user, reason=form.cleaned_data["reason"])
    messages.success(request, _("“%(name)s” is withdrawn.") % {"name": dataset.name})
    # Of this time: one that was withdrawn before and restored has an older report.
    reports = WithdrawalReport.objects.filter(dataset=dataset, grant=None, created_at__gte=dataset.withdrawn_at)
    return redirect(reports.first() or dataset)


@login_required
@require_POST
def restore(request: SignedInRequest, org: str, slug: str) -> HttpResponse:
    """Undo that."""
    dataset = visible(request, org, slug)
    services.restore_dataset(dataset, actor=request.user)
    messages.success(request, _("“%(name)s” can be used again.") % {"name": dataset.name})
    return redirect(dataset)


def _grant(dataset: Dataset, collaboration: Collaboration, actor: User, *, asks: bool | None, renew: bool) -> None:
    """On the terms of the dataset's policy; a grant that stands only begins or ceases to ask, unless it is renewed.

    `asks` None: as it was, or as the policy has it. A renewal is on the policy's terms, this one among them.
    """
    standing = dataset.grants.active().filter(collaboration=collaboration, organization=None).first()
    if standing and not renew:
        wanted = standing.needs_approval if asks is None else asks
        services.grant_use(dataset, collaboration, actor=actor, needs_approval=wanted)
        return
    terms = asking(offered(dataset), asks=None if renew else asks)
    grant_on_terms(dataset, collaboration, actor=actor, terms=terms, anew=renew)


def _use_tab(dataset: Dataset) -> str:
    return reverse("web:dataset", args=[dataset.organization.slug, dataset.slug]) + "?tab=use"


BASE = "datasets/<slug:org>/<slug:slug>"
urlpatterns = [
    path(f"{BASE}/roles/", roles, name="dataset-roles"),
    path(f"{BASE}/visibility/", visibility, name="dataset-visibility"),
    path(f"{BASE}/grants/", grant, name="dataset-grant"),
    path(f"{BASE}/grants/<int:pk>/revoke/", revoke, name="dataset-revoke"),
    path(f"{BASE}/withdraw/", withdraw, name="dataset-withdraw"),
    path(f"{BASE}/restore/", restore, name="dataset-restore"),
]
