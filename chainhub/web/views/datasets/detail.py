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
from chainhub.jobs.models import TrainingJob
from chainhub.organizations.models import Organization
from chainhub.organizations.permissions import SCIENTISTS
from chainhub.registry.models import ModelVersion
from chainhub.repositories.models import CommitFile
from chainhub.web.fieldviews import pixels_view, shown_fields
from chainhub.web.forms.datasets import VisibilityForm, WithdrawForm
from chainhub.web.http import SignedInRequest
from chainhub.web.views.datasets.finding import chosen_version, versions_of, visible
from chainhub.web.views.datasets.roles import roles_form

TABS = ("data", "rows", "versions", "use")
SHOWN_USES = 20


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
    tab = request.GET.get("tab", "")
    tab = tab if tab in TABS else "data"
    context = {
        "dataset": dataset,
        "versions": versions,
        "version": version,
        "newest": versions[0] if versions else None,
        "report": report_for(request.user, dataset, report, rows=rights["may_see_rows"]),
        "tab": tab,
        "live_topics": _topics(dataset, versions),
        "grants": [grant for grant in grants if grant.seen],
        "granted": len(grants),
        "elsewhere": sum(not grant.seen for grant in grants),
        **rights,
        "may_launch": Organization.objects.where(request.user, *SCIENTISTS).exists(),
    }
    return render(request, "web/datasets/detail.html", context | TAB_CONTEXTS[tab](request, context))


def _rights(request: SignedInRequest, dataset: Dataset) -> dict[str, bool]:
    """One seat decides all of it."""
    steward = permissions.may_edit(request.user, dataset)
    return {
        "may_edit": steward,
        "may_grant": steward,
        "may_withdraw": steward,
        "may_see_rows": steward or permissions.may_see_rows(request.user, dataset),
    }


def _grants(request: SignedInRequest, dataset: Dataset) -> list[Any]:
    """Those that stand; `seen` where the person may know the collaboration: the others are only counted."""
    theirs = Collaboration.objects.visible_to(request.user).filter(pk=OuterRef("collaboration"))
    return list(dataset.grants.active().select_related("collaboration", "granted_by").annotate(seen=Exists(theirs)))


def _topics(dataset: Dataset, versions: list[DatasetVersion]) -> str:
    moving = [one.topic for one in versions if one.status == VersionStatus.INSPECTING]
    return ",".join([dataset.topic, *moving])


def _data(request: SignedInRequest, context: dict[str, Any]) -> dict[str, Any]:
    dataset, report = context["dataset"], context["report"]
    more: dict[str, Any] = {"fields": shown_fields(report, dataset), "pixels": pixels_view(report)}
    if context["may_edit"] and context["version"]:
        more["roles_form"] = roles_form(dataset, version=context["version"])
    return more


def _rows(request: SignedInRequest, context: dict[str, Any]) -> dict[str, Any]:
    return {"preview": context["report"].get("preview", {})}


def _versions(request: SignedInRequest, context: dict[str, Any]) -> dict[str, Any]:
    commits = [one.commit_id for one in context["versions"] if one.commit_id]
    files: dict[int, list[CommitFile]] = {}
    for entry in CommitFile.objects.filter(commit__in=commits).select_related("blob"):
        files.setdefault(entry.commit_id, []).append(entry)
    for one in context["versions"]:
        one.shown_files = files.get(one.commit_id or 0, [])
    return {}


def _use(request: SignedInRequest, context: dict[str, Any]) -> dict[str, Any]:
    dataset = context["dataset"]
    jobs = TrainingJob.objects.visible_to(request.user).filter(inputs__version__dataset=dataset).distinct()
    models = ModelVersion.objects.visible_to(request.user).filter(job__inputs__version__dataset=dataset).distinct()
    more: dict[str, Any] = {
        "jobs": jobs.select_related("collaboration", "organization").order_by("-pk")[:SHOWN_USES],
        "models": models.select_related("model__organization").order_by("-created_at")[:SHOWN_USES],
    }
    if context["may_grant"]:
        granted = {grant.collaboration_id: grant for grant in context["grants"]}
        joined = Collaboration.objects.joined_by([dataset.organization]).filter(closed_at=None).order_by("name")
        more["offers"] = [(one, granted.get(one.pk)) for one in joined]
        more["visibility_form"] = VisibilityForm(initial={"visibility": dataset.visibility})
        more["withdraw_form"] = WithdrawForm()
        more["unfinished"] = jobs.unfinished()[:SHOWN_USES]
    return more


TAB_CONTEXTS = {"data": _data, "rows": _rows, "versions": _versions, "use": _use}

urlpatterns = [path("datasets/<slug:org>/<slug:slug>/", detail, name="dataset")]
