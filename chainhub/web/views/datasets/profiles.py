"""The profile of a version: as one person may read it, and its state while it is counted."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.http import require_safe

from chainhub.datasets.disclosure import masked_for, shown_profile
from chainhub.web.http import SignedInRequest
from chainhub.web.views.datasets.finding import versions_of, visible


def profile_of(request: SignedInRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The profile as this person may read it; empty until it is there."""
    version = context["version"]
    if version is None or version.profiled != "ready":
        return {}
    masked = masked_for(request.user, context["dataset"])
    return shown_profile(version.profile, rows=context["may_see_rows"], masked=masked)


@login_required
@require_safe
def profiling(request: SignedInRequest, org: str, slug: str, number: int) -> HttpResponse:
    """How far the counting is, as a fragment; once it is done the whole page loads again."""
    dataset = visible(request, org, slug)
    version = get_object_or_404(versions_of(request.user, dataset), number=number)
    answer = render(request, "web/datasets/_profiling.html", {"dataset": dataset, "version": version})
    if getattr(version, "profiled", "") in {"ready", "failed"}:
        answer["HX-Refresh"] = "true"
    return answer


urlpatterns = [
    path("datasets/<slug:org>/<slug:slug>/versions/<int:number>/profiling/", profiling, name="dataset-profiling")
]
