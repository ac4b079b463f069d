"""Two states of the data beside one another: `?from=1&to=3`, or `?to=3&with=borealis/rotors` for another's data."""

from itertools import pairwise
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from chainhub.datasets import permissions
from chainhub.datasets.comparing import difference, newest_profiled, others_for
from chainhub.datasets.disclosure import masked_for, shown_profile
from chainhub.datasets.models import Dataset, DatasetVersion, VersionStatus
from chainhub.web.formats import number
from chainhub.web.http import SignedInRequest
from chainhub.web.views.datasets.finding import visible

DRAWN = 24
LONGEST = 9  # digits of a version's number


@login_required
@require_safe
def compare(request: SignedInRequest, org: str, slug: str) -> HttpResponse:
    """What came, went and moved between two versions, or between two participants' data."""
    dataset = visible(request, org, slug)
    ready = DatasetVersion.objects.visible_to(request.user).filter(dataset=dataset, status=VersionStatus.READY)
    numbers = list(ready.order_by("-number").values_list("number", flat=True))
    if not numbers:
        raise Http404
    after = _numbered(ready, request.GET.get("to"), numbers[0])
    others = list(others_for(request.user, dataset))
    other = next((one for one in others if _address(one) == request.GET.get("with")), None)
    earlier = next((one for one in numbers if one < after.number), numbers[-1])
    before = newest_profiled(other) if other else _numbered(ready, request.GET.get("from"), earlier)
    context: dict[str, Any] = {
        "dataset": dataset,
        "numbers": numbers,
        "others": [(_address(one), one) for one in others],
        "other": other,
        "with": _address(other) if other else "",
        "before": before,
        "after": after,
    }
    if before is not None:
        context |= _shown(request, before, other or dataset, after, dataset)
    return render(request, "web/datasets/compare.html", context)


def _shown(
    request: SignedInRequest, before: DatasetVersion, theirs: Dataset, after: DatasetVersion, ours: Dataset
) -> dict[str, Any]:  # fmt: skip
    profiles = (_profile(request, theirs, before), _profile(request, ours, after))
    found = difference(before, after, profiles=profiles)
    pair = ((theirs, before), (ours, after))
    names = [f"{one.organization.short_name}: {one.name} v{version.number}" for one, version in pair]
    if theirs == ours:
        names = [f"v{version.number}" for _one, version in pair]
    drawn = found["fields"][:DRAWN]
    for one in drawn:
        one["chart"] = _chart(one["chart"], names)
    missing = any(not profile.get("fields") for profile in profiles)
    more = len(found["fields"]) - len(drawn)
    return {"found": found, "drawn": drawn, "names": names, "uncounted": missing, "more": more}


def _profile(request: SignedInRequest, dataset: Dataset, version: DatasetVersion) -> dict[str, Any]:
    if version.profile.get("state") != "ready":
        return {}
    rows = permissions.may_see_rows(request.user, dataset)
    return shown_profile(version.profile, rows=rows, masked=masked_for(request.user, dataset))


def _chart(drawn: dict[str, Any] | None, names: list[str]) -> dict[str, Any] | None:
    if drawn is None:
        return None
    names_of_bins = [f"{number(low)} – {number(high)}" for low, high in pairwise(drawn.get("edges") or [])]
    return {
        "categories": drawn.get("names") or names_of_bins,
        "series": [{"name": name, "values": part} for name, part in zip(names, drawn["shares"], strict=True)],
        "overlaid": True,
        "y": {"format": "percent", "label": _("Share of rows")},
    }


def _numbered(ready: Any, asked: str | None, usual: int) -> DatasetVersion:
    wanted = int(asked) if asked and asked.isdecimal() and len(asked) <= LONGEST else usual
    found: DatasetVersion = get_object_or_404(ready.select_related("dataset"), number=wanted)
    return found


def _address(dataset: Dataset) -> str:
    return f"{dataset.organization.slug}/{dataset.slug}"


urlpatterns = [path("datasets/<slug:org>/<slug:slug>/compare/", compare, name="dataset-compare")]
