"""What taking data back would stop, shown before it is done."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.http import require_safe

from chainhub.datasets import permissions
from chainhub.registry.consequences import consequences_of
from chainhub.web.forms.datasets import WithdrawForm
from chainhub.web.http import SignedInRequest
from chainhub.web.views.datasets.finding import visible


@login_required
@require_safe
def take_back(request: SignedInRequest, org: str, slug: str) -> HttpResponse:
    """From all use, or with `?grant=<key>` from one collaboration."""
    dataset = visible(request, org, slug)
    if not permissions.may_withdraw(request.user, dataset):
        raise PermissionDenied
    number = request.GET.get("grant", "")
    standing = dataset.grants.active().select_related("collaboration", "organization", "agreement")
    grant = get_object_or_404(standing, pk=int(number[:18])) if number.isdecimal() else None
    found = consequences_of(dataset, grant=grant)
    grants = list(standing.order_by("collaboration__name", "pk")) if grant is None else [grant]
    context = {"dataset": dataset, "grant": grant, "grants": grants, "form": WithdrawForm(), **found}
    return render(request, "web/policies/take_back.html", context)


urlpatterns = [path("datasets/<slug:org>/<slug:slug>/take-back/", take_back, name="dataset-take-back")]
