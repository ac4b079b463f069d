"""What the owner decides: the card, the roles of fields, who sees it, who trains on it, withdrawing."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from chainhub.datasets import permissions, services
from chainhub.datasets.models import Dataset
from chainhub.web.forms.datasets import CardForm, GrantForm, RolesForm, VisibilityForm, WithdrawForm
from chainhub.web.forms.refusals import refusals_in
from chainhub.web.http import SignedInRequest
from chainhub.web.views.datasets.finding import visible
from chainhub.web.views.datasets.roles import roles_form


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, org: str, slug: str) -> HttpResponse:
    """Change the card."""
    dataset = visible(request, org, slug)
    if not permissions.may_edit(request.user, dataset):
        raise PermissionDenied
    form = CardForm(request.POST or None, instance=dataset)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            changed = services.update_card(dataset, actor=request.user, **form.cleaned_data)
            messages.success(request, _("The card was changed."))
            return redirect(changed)
    return render(request, "web/datasets/edit.html", {"dataset": dataset, "form": form})


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
    asked = form.cleaned_data
    services.grant_use(dataset, asked["collaboration"], actor=request.user, needs_approval=asked["needs_approval"])
    messages.success(request, _("“%(name)s” may train on it.") % {"name": asked["collaboration"].name})
    return redirect(_use_tab(dataset))


@login_required
@require_POST
def revoke(request: SignedInRequest, org: str, slug: str, pk: int) -> HttpResponse:
    """Take a grant back."""
    dataset = visible(request, org, slug)
    services.revoke_grant(get_object_or_404(dataset.grants.active(), pk=pk), actor=request.user)
    messages.success(request, _("No new job may train on it there."))
    return redirect(_use_tab(dataset))


@login_required
@require_POST
def withdraw(request: SignedInRequest, org: str, slug: str) -> HttpResponse:
    """Take the dataset out of all use."""
    dataset = visible(request, org, slug)
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("The reason is longer than 300 characters; nothing was withdrawn. Say it shorter."))
        return redirect(_use_tab(dataset))
    services.withdraw_dataset(dataset, actor=request.user, reason=form.cleaned_data["reason"])
    messages.success(request, _("“%(name)s” is withdrawn.") % {"name": dataset.name})
    return redirect(dataset)


@login_required
@require_POST
def restore(request: SignedInRequest, org: str, slug: str) -> HttpResponse:
    """Undo that."""
    dataset = visible(request, org, slug)
    services.restore_dataset(dataset, actor=request.user)
    messages.success(request, _("“%(name)s” can be used again.") % {"name": dataset.name})
    return redirect(dataset)


def _use_tab(dataset: Dataset) -> str:
    return reverse("web:dataset", args=[dataset.organization.slug, dataset.slug]) + "?tab=use"


BASE = "datasets/<slug:org>/<slug:slug>"
urlpatterns = [
    path(f"{BASE}/edit/", edit, name="dataset-edit"),
    path(f"{BASE}/roles/", roles, name="dataset-roles"),
    path(f"{BASE}/visibility/", visibility, name="dataset-visibility"),
    path(f"{BASE}/grants/", grant, name="dataset-grant"),
    path(f"{BASE}/grants/<int:pk>/revoke/", revoke, name="dataset-revoke"),
    path(f"{BASE}/withdraw/", withdraw, name="dataset-withdraw"),
    path(f"{BASE}/restore/", restore, name="dataset-restore"),
]
