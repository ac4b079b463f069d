"""A dataset's page: what is in it, its versions, and who may do what with it."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from chainhub.collaborations.models import Collaboration
from chainhub.datasets import permissions
from chainhub.datasets.disclosure import report_for
from chainhub.datasets.models import Dataset, DatasetVersion, VersionStatus
from chainhub.organizations.models import Organization
from chainhub.organizations.permissions import SCIENTISTS
from chainhub.web.http import SignedInRequest
from chainhub.web.views.datasets.finding import chosen_version, versions_of, visible
from chainhub.web.views.datasets.tabs import TABS


@login_required
@require_safe
def detail(request: SignedInRequest, org: str, slug: str) -> HttpResponse:
    """One tab of the page; `?version=2` shows an older state of the data."""
    dataset = visible(request, org, slug)
    versions = list(versions_of(request.user, dataset))
    version = chosen_version(request, versions)
    rights = _rights(request, dataset)
    grants = _grants(request, dataset)
    report = version.inspection if version else {}
    tab = _tab(request, rights)
    context = {
        "dataset": dataset,
        "versions": versions,
        "version": version,
        "newest": versions[0] if versions else None,
        "report": report_for(request.user, dataset, report, rows=rights["may_see_rows"]),
        "tab": tab,
        "live_topics": _topics(dataset, versions),
        "grants": [grant for grant in grants if grant.seen],
        "granted": len({grant.collaboration_id for grant in grants}),
        "elsewhere": sum(not grant.seen for grant in grants),
        **rights,
        "may_launch": Organization.objects.where(request.user, *SCIENTISTS).exists(),
    }
    return render(request, "web/datasets/detail.html", context | TABS[tab](request, context))


def _tab(request: SignedInRequest, rights: dict[str, bool]) -> str:
    asked = request.GET.get("tab", "")
    return asked if asked in TABS and (asked != "reads" or rights["may_see_reads"]) else "about"


def _rights(request: SignedInRequest, dataset: Dataset) -> dict[str, bool]:
    """One seat decides all of it."""
    steward = permissions.may_edit(request.user, dataset)
    return {
        "may_edit": steward,
        "may_grant": steward,
        "may_withdraw": steward,
        "may_see_reads": steward or permissions.may_see_reads(request.user, dataset),
        "may_see_rows": steward or permissions.may_see_rows(request.user, dataset),
    }


def _grants(request: SignedInRequest, dataset: Dataset) -> list[Any]:
    """Those that stand; `seen` where the person may know the collaboration: the others are only counted."""
    theirs = Collaboration.objects.visible_to(request.user).filter(pk=OuterRef("collaboration"))
    standing = (
        dataset.grants.active().told_to(request.user).select_related("collaboration", "organization", "granted_by")
    )
    return list(standing.annotate(seen=Exists(theirs)))


def _topics(dataset: Dataset, versions: list[DatasetVersion]) -> str:
    moving = [one.topic for one in versions if one.status == VersionStatus.INSPECTING]
    return ",".join([dataset.topic, *moving])


urlpatterns = [path("datasets/<slug:org>/<slug:slug>/", detail, name="dataset")]
