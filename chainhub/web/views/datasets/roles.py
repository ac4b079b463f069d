"""What was detected about fields, and its correction by the owner's people."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from chainhub.datasets import permissions, services
from chainhub.datasets.inspection.kinds import COLUMNAR
from chainhub.datasets.models import Dataset, DatasetVersion
from chainhub.datasets.roles import FieldRole, FieldType, described_fields
from chainhub.web.forms.datasets import RolesForm
from chainhub.web.forms.fields import FieldForm, KindForm
from chainhub.web.forms.refusals import refusals_in
from chainhub.web.http import SignedInRequest
from chainhub.web.views.datasets.finding import visible

MOST_OFFERED = 400  # pixels aside; a longer list helps nobody


def roles_form(dataset: Dataset, data: Any = None, version: DatasetVersion | None = None) -> RolesForm:
    """Target and identifiers; bound to `data` where there is some."""
    version = version or dataset.latest_version
    report = version.inspection if version else {}
    names = [field["name"] for field in report.get("fields", []) if field["kind"] not in {"pixel", "image"}]
    chosen = [dataset.target, *dataset.identifiers]
    offered = names[:MOST_OFFERED] + [name for name in names[MOST_OFFERED:] if name in chosen]
    candidates = [name for name in report.get("targets", []) if name in offered]
    initial = {"target": dataset.target, "identifiers": dataset.identifiers}
    return RolesForm(data, fields=offered, candidates=candidates, initial=initial)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def fields(request: SignedInRequest, org: str, slug: str) -> HttpResponse:
    """All fields as they are described; `?field=` opens one for correction."""
    dataset = _editable(request, org, slug)
    described = _described(dataset)
    chosen = next((one for one in described if one["name"] == request.GET.get("field")), None)
    if request.GET.get("field") and chosen is None:
        raise Http404
    form = FieldForm(request.POST or None, described=chosen) if chosen else None
    if chosen and form is not None and form.is_valid():
        with refusals_in(form):
            services.set_field(dataset, chosen["name"], actor=request.user, **form.cleaned_data)
            messages.success(request, _("“%(name)s” was corrected.") % {"name": chosen["name"]})
            return redirect(_next_to(dataset, chosen["name"]))
    context = {
        "dataset": dataset,
        "described": [_with_labels(one) for one in described[:MOST_OFFERED]],
        "hidden": max(0, len(described) - MOST_OFFERED),
        "chosen": chosen,
        "form": form,
        "kind_form": KindForm(initial={"kind": dataset.kind}) if dataset.kind in COLUMNAR else None,
    }
    return render(request, "web/datasets/fields.html", context)


@login_required
@require_POST
def kind(request: SignedInRequest, org: str, slug: str) -> HttpResponse:
    """Correct what a table is used as."""
    dataset = _editable(request, org, slug)
    form = KindForm(request.POST)
    if form.is_valid():
        with refusals_in(form):
            services.set_kind(dataset, actor=request.user, kind=form.cleaned_data["kind"])
            messages.success(request, _("Saved."))
    for refusal in form.errors.get("kind", []):
        messages.error(request, str(refusal))
    return redirect("web:dataset-fields", dataset.organization.slug, dataset.slug)


def _editable(request: SignedInRequest, org: str, slug: str) -> Dataset:
    dataset = visible(request, org, slug)
    if not permissions.may_edit(request.user, dataset):
        raise PermissionDenied
    return dataset


def _described(dataset: Dataset) -> list[dict[str, Any]]:
    version = dataset.latest_version
    report = version.inspection if version else {}
    pixels = {field["name"] for field in report.get("fields", []) if field["kind"] == "pixel"}
    return [one for one in described_fields(dataset, report) if one["name"] not in pixels]


def _with_labels(one: dict[str, Any]) -> dict[str, Any]:
    kinds: dict[str, Any] = dict(FieldType.choices)
    return {**one, "role_label": FieldRole(one["role"]).label, "type_label": kinds.get(one["type"], one["type"])}


def _next_to(dataset: Dataset, name: str) -> str:
    address = reverse("web:dataset-fields", args=[dataset.organization.slug, dataset.slug])
    return f"{address}?{urlencode({'field': name})}"


BASE = "datasets/<slug:org>/<slug:slug>"
urlpatterns = [
    path(f"{BASE}/fields/", fields, name="dataset-fields"),
    path(f"{BASE}/kind/", kind, name="dataset-kind"),
]
