"""What each tab of a dataset's page needs beside what the page itself knows."""

from collections.abc import Callable
from typing import Any

from chainhub.collaborations.models import Collaboration
from chainhub.datasets.licences import spdx_address, spdx_names
from chainhub.datasets.models import VersionStatus
from chainhub.datasets.permissions import may_take_files
from chainhub.jobs.models import TrainingJob
from chainhub.policies.duties import duties_with
from chainhub.registry.models import ModelVersion
from chainhub.repositories.models import CommitFile
from chainhub.web.cards import completeness
from chainhub.web.fieldviews import pixels_view, shown_fields
from chainhub.web.forms.datasets import VisibilityForm
from chainhub.web.forms.versions import DeprecateForm
from chainhub.web.http import SignedInRequest
from chainhub.web.profileviews import chosen_field, pictures_of
from chainhub.web.views.datasets.croissant import embedded
from chainhub.web.views.datasets.profiles import profile_of
from chainhub.web.views.datasets.reads import shown_reads
from chainhub.web.views.datasets.roles import roles_form
from chainhub.web.views.datasets.rows import rows_tab
from chainhub.web.views.policies.tab import terms_tab

SHOWN_USES = 20

Context = dict[str, Any]


def _about(request: SignedInRequest, context: Context) -> Context:
    dataset, version = context["dataset"], context["version"]
    more: Context = completeness(dataset) if context["may_edit"] else {}
    licences = [(name, spdx_address(name)) for name in spdx_names(dataset.licence)]
    linked = embedded(request, dataset, version) if version else ""
    return {**more, "licences": licences, "croissant": linked}


def _data(request: SignedInRequest, context: Context) -> Context:
    dataset, report = context["dataset"], context["report"]
    profile = profile_of(request, context)
    more: Context = {
        "fields": shown_fields(report, dataset, profile),
        "pixels": pixels_view(report),
        "profile": profile,
    }
    more |= {"chosen": chosen_field(report, profile, dataset, request.GET.get("field", "")), **pictures_of(profile)}
    if context["may_edit"] and context["version"]:
        more["roles_form"] = roles_form(dataset, version=context["version"])
    return more


def _rows(request: SignedInRequest, context: Context) -> Context:
    version = context["version"]
    if version is None or not context["may_see_rows"]:
        return {}
    version.dataset = context["dataset"]
    return rows_tab(request, version)


def _versions(request: SignedInRequest, context: Context) -> Context:
    commits = [one.commit_id for one in context["versions"] if one.commit_id]
    files: dict[int, list[CommitFile]] = {}
    for entry in CommitFile.objects.filter(commit__in=commits).select_related("blob"):
        files.setdefault(entry.commit_id, []).append(entry)
    for one in context["versions"]:
        one.shown_files = files.get(one.commit_id or 0, [])
    ready = [one.number for one in context["versions"] if one.status == VersionStatus.READY]
    return {
        "may_take_files": may_take_files(request.user, context["dataset"]),
        "duties": duties_with(request.user, context["dataset"]),
        "deprecate_form": DeprecateForm(),
        "comparable": ready if len(ready) > 1 else [],
    }


def _use(request: SignedInRequest, context: Context) -> Context:
    dataset = context["dataset"]
    terms = terms_tab(request, dataset, context["grants"], owns=context["may_grant"])
    if not context["may_grant"]:
        return terms
    granted = {grant.collaboration_id: grant for grant in context["grants"] if grant.organization_id is None}
    joined = Collaboration.objects.joined_by([dataset.organization]).filter(closed_at=None).order_by("name")
    return {
        **terms,
        "offers": [(one, granted.get(one.pk)) for one in joined],
        "visibility_form": VisibilityForm(initial={"visibility": dataset.visibility}),
    }


def _reads(request: SignedInRequest, context: Context) -> Context:
    return shown_reads(request, context["dataset"])


def _trained(request: SignedInRequest, context: Context) -> Context:
    models = ModelVersion.objects.visible_to(request.user).filter(job__inputs__version__dataset=context["dataset"])
    jobs = _jobs_on(request, context).select_related("collaboration", "organization")
    return {
        "jobs": jobs.order_by("-pk")[:SHOWN_USES],
        "models": models.distinct().select_related("model__organization").order_by("-created_at")[:SHOWN_USES],
    }


def _jobs_on(request: SignedInRequest, context: Context) -> Any:
    seen = TrainingJob.objects.visible_to(request.user)
    return seen.filter(inputs__version__dataset=context["dataset"]).distinct()


TABS: dict[str, Callable[[SignedInRequest, Context], Context]] = {
    "about": _about,
    "data": _data,
    "rows": _rows,
    "versions": _versions,
    "use": _use,
    "reads": _reads,
    "trained": _trained,
}
