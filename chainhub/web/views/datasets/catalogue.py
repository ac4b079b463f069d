"""The list of datasets that a person may see."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import F, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from chainhub.datasets.models import Dataset
from chainhub.organizations.models import Organization
from chainhub.organizations.permissions import STEWARDS
from chainhub.web.forms.datasets import DatasetFilter
from chainhub.web.http import SignedInRequest
from chainhub.web.pages import page_of

ORDERS: dict[str, Any] = {"name": ["name"], "rows": [F("ready_rows").desc(nulls_last=True), "-created_at"]}


@login_required
@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """Filters and order live in the address."""
    form = DatasetFilter(request.GET)
    form.is_valid()
    asked = form.cleaned_data
    found = _filtered(Dataset.objects.visible_to(request.user), request, asked).for_catalogue()
    order = ORDERS.get(asked.get("sort", ""), ["-created_at"])
    page = page_of(request, found.order_by(*order, "pk"), per=24)
    context = {
        "form": form,
        "page": page,
        "filtered": any(asked.get(name) for name in ("q", "scope", "kind")),
        "may_register": Organization.objects.where(request.user, *STEWARDS).exists(),
    }
    return render(request, "web/datasets/index.html", context)


def _filtered(found: Any, request: SignedInRequest, asked: dict[str, Any]) -> Any:
    mine = Organization.objects.of(request.user)
    if asked.get("scope") == "mine":
        found = found.filter(organization__in=mine)
    elif asked.get("scope") == "partners":
        found = found.exclude(organization__in=mine)
    if kind := asked.get("kind"):
        found = found.filter(kind=kind)
    if words := asked.get("q"):
        found = found.filter(
            Q(name__icontains=words) | Q(summary__icontains=words) | Q(organization__name__icontains=words)
        )
    return found


urlpatterns = [path("datasets/", index, name="datasets")]
