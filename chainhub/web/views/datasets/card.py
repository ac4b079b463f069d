"""Writing a dataset's card: questions in both languages, and what they look like while one types."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from chainhub.datasets import permissions, services
from chainhub.datasets.licences import LICENCES
from chainhub.datasets.models import Dataset
from chainhub.web.forms.cards import CardForm
from chainhub.web.forms.refusals import refusals_in
from chainhub.web.http import SignedInRequest
from chainhub.web.views.datasets.finding import visible


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, org: str, slug: str) -> HttpResponse:
    """The form, and saving it."""
    dataset = _editable(request, org, slug)
    form = CardForm(request.POST or None, dataset=dataset)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            changed = services.update_card(dataset, actor=request.user, **form.changes())
            messages.success(request, _("The card was changed."))
            return redirect(changed)
    return render(request, "web/datasets/edit.html", {"dataset": dataset, "form": form, "licences": LICENCES})


@login_required
@require_POST
def preview(request: SignedInRequest, org: str, slug: str) -> HttpResponse:
    """What the form holds now as readers would see it; nothing is saved."""
    dataset = _editable(request, org, slug)
    form = CardForm(request.POST, dataset=dataset)
    if not form.is_valid():
        return render(request, "web/datasets/_card_preview.html", {"form": form})
    for name, text in form.changes().items():
        setattr(dataset, name, text)
    return render(request, "web/datasets/_card_preview.html", {"form": form, "dataset": dataset})


def _editable(request: SignedInRequest, org: str, slug: str) -> Dataset:
    dataset = visible(request, org, slug)
    if not permissions.may_edit(request.user, dataset):
        raise PermissionDenied
    return dataset


ONE = "datasets/<slug:org>/<slug:slug>/"
urlpatterns = [
    path(f"{ONE}edit/", edit, name="dataset-edit"),
    path(f"{ONE}edit/preview/", preview, name="dataset-card-preview"),
]
