"""A job's page: how it stands, its curves, its log, what it was asked to do, and its runs; all of it live."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from chainhub.accounts.models import User
from chainhub.bases.models import BaseModel
from chainhub.core.errors import DomainError
from chainhub.core.sentences import render as rendered
from chainhub.core.sentences import sentence
from chainhub.datasets.knowing import known_to, some_of
from chainhub.datasets.models import Dataset
from chainhub.jobs import history, lines, permissions
from chainhub.jobs.ancestry import Going
from chainhub.jobs.catalogue import find_recipe, title_of
from chainhub.jobs.models import JobInput, Status, TrainingJob
from chainhub.jobs.naming import told
from chainhub.jobs.services.stopping import lost_data
from chainhub.jobs.texts import FROM_ALL, learns_from
from chainhub.jobs.waiting import why_it_waits
from chainhub.organizations.models import Organization
from chainhub.registry.models import ModelVersion
from chainhub.registry.scores import standings
from chainhub.web.curves import LOSS, pictures_of
from chainhub.web.forms.jobs.parameters import shown_parameters
from chainhub.web.http import SignedInRequest
from chainhub.web.views.jobs.finding import visible_job
from chainhub.web.views.jobs.refused import refusal_context
from chainhub.web.views.jobs.results import result_context

TABS = ("overview", "log", "settings", "runs")


@login_required
@require_safe
def job(request: SignedInRequest, number: int) -> HttpResponse:
    """`?tab=log`; without one the overview."""
    found = visible_job(request.user, number)
    tab = request.GET.get("tab", TABS[0])
    if tab not in TABS:
        raise Http404
    context = {
        "tab": tab,
        "recipe": title_of(found.recipe),
        "live_topics": found.topic,
        **state_context(request, found),
        **CONTEXTS[tab](request, found),
    }
    return render(request, "web/jobs/detail.html", context)


@login_required
@require_safe
def state(request: SignedInRequest, number: int) -> HttpResponse:
    """The head of the page, fetched again when the job changes its state."""
    return render(request, "web/jobs/_state.html", state_context(request, visible_job(request.user, number)))


@login_required
@require_safe
def body(request: SignedInRequest, number: int) -> HttpResponse:
    """The overview below the head, fetched again when the job begins or ends."""
    found = visible_job(request.user, number)
    return render(request, "web/jobs/_overview.html", {"job": found, **_overview(request, found)})


@login_required
@require_safe
def curves(request: SignedInRequest, number: int) -> HttpResponse:
    """The pictures alone; fetched once more when the first point of a further metric comes."""
    found = visible_job(request.user, number)
    return render(request, "web/jobs/_curves.html", {"job": found, **_curves(found)})


@login_required
@require_safe
def resources(request: SignedInRequest, number: int) -> HttpResponse:
    """Where it runs and what it takes there."""
    found = visible_job(request.user, number)
    return render(request, "web/jobs/_resources.html", {"job": found, "run": history.latest_run(found)})


def state_context(request: SignedInRequest, job: TrainingJob) -> dict[str, Any]:
    """State, reason, progress, approvals and what this person may do about it."""
    user, progress = request.user, job.progress
    approvals, parties = list(job.approvals.select_related("organization", "decided_by")), _parties(job)
    for one in approvals:
        one.job, one.by_base = job, one.organization not in parties  # type: ignore[attr-defined]
    return {
        "job": job,
        "parties": parties,
        "waiting": why_it_waits(job) if job.status == Status.QUEUED else None,
        "progress_text": rendered(lines.phase_of(progress)),
        "approvals": [(one, permissions.may_decide(user, one)) for one in approvals],
        "mine_to_decide": [one for one in approvals if permissions.may_decide(user, one)],
        "reason": told(user, job, job.reason),
        "failure": _failure(job, user),
        "published": ModelVersion.objects.visible_to(user)
        .filter(job=job)
        .select_related("model__organization")
        .first(),
        "took": _took(job),
        "may_cancel": permissions.may_cancel(user, job),
        "may_resume": permissions.may_resume(user, job) and lost_data(job) is None and Going.of(job).why_not() is None,
        "may_clone": permissions.may_clone(user, job),
    }


def _parties(job: TrainingJob) -> list[Organization]:
    """Whose data it learns from, with their rows."""
    rows: dict[int, int] = {}
    owners: dict[int, Organization] = {}
    for one in _inputs(job):
        owner = one.version.dataset.organization
        owners[owner.pk] = owner
        rows[owner.pk] = rows.get(owner.pk, 0) + (one.version.rows or 0)
    for owner in owners.values():
        owner.rows = rows[owner.pk]  # type: ignore[attr-defined]
    return list(owners.values())


def _inputs(job: TrainingJob) -> list[JobInput]:
    inputs = job.inputs.select_related("version__dataset__organization")
    return list(inputs.defer("version__inspection").order_by("version__dataset__organization__name"))


def _failure(job: TrainingJob, user: User) -> dict[str, Any] | None:
    failure = job.failure
    if not failure or job.status != Status.FAILED:
        return None
    params = told(user, job, {"text": "", "params": failure.get("params", {})})["params"]
    said = {key: rendered(sentence(failure.get(key, ""), **params)) for key in ("text", "hint")}
    return {"kind": failure.get("kind", ""), **said}


def _took(job: TrainingJob) -> float | None:
    if job.started_at is None:
        return None
    return ((job.finished_at or timezone.now()) - job.started_at).total_seconds()


def _curves(job: TrainingJob) -> dict[str, Any]:
    pictures = pictures_of(job, _parties(job))
    if job.is_final:  # nothing more will come: an empty picture would promise it
        pictures = [one for one in pictures if one["data"]["series"]]
    only_loss = {one["metric"] for one in pictures} == {LOSS}
    return {"pictures": pictures, "more_to_come": only_loss and job.status in {Status.RUNNING, Status.QUEUED}}


def _overview(request: SignedInRequest, job: TrainingJob) -> dict[str, Any]:
    inputs = _inputs(job)
    return {
        **_curves(job),
        "run": history.latest_run(job),
        "parties": _parties(job),
        "failure": _failure(job, request.user),
        **refusal_context(request, job, inputs),
        "recipe": title_of(job.recipe),
        **(result_context(request, job) if standings(job.result) else {}),
    }


def _log(_request: SignedInRequest, job: TrainingJob) -> dict[str, Any]:
    return {"lines": history.log_lines(job)}


def _named_inputs(request: SignedInRequest, job: TrainingJob) -> list[JobInput]:
    """Each with `known`, whether the reader may know of the dataset, and `leads`, whether its page is open."""
    inputs = _inputs(job)
    keys = [one.version.dataset_id for one in inputs]
    known = known_to(request.user, keys)
    open_ = set(Dataset.objects.visible_to(request.user).filter(pk__in=keys).values_list("pk", flat=True))
    for one in inputs:
        dataset = one.version.dataset
        one.known, one.leads = dataset.pk in known, dataset.pk in open_  # type: ignore[attr-defined]
        one.name = dataset.name if dataset.pk in known else rendered(some_of(dataset))  # type: ignore[attr-defined]
    return inputs


def _settings(request: SignedInRequest, job: TrainingJob) -> dict[str, Any]:
    inputs = _named_inputs(request, job)
    try:
        recipe = find_recipe(job.recipe)
        parameters = shown_parameters(recipe, job.parameters, based=job.base_id is not None)
        source = learns_from(recipe, [one.version for one in inputs], job.base)
    except DomainError:
        parameters = [
            {"title": name, "value": value, "changed": False, "group": ""} for name, value in job.parameters.items()
        ]
        source = FROM_ALL
    seen = BaseModel.objects.visible_to(request.user)
    return {
        "parameters": parameters,
        "inputs": inputs,
        "learns_from": gettext(source),
        "base_leads": job.base is not None and seen.filter(pk=job.base.pk).exists(),
    }


def _runs(_request: SignedInRequest, job: TrainingJob) -> dict[str, Any]:
    runs = list(job.runs.select_related("node", "resumed_from").prefetch_related("artifacts__blob").order_by("-number"))
    for run in runs:
        run.took = ((run.ended_at or timezone.now()) - run.started_at).total_seconds()  # type: ignore[attr-defined]
    return {"runs": runs, "artifacts": list(runs[0].artifacts.all()) if runs else []}


CONTEXTS = {"overview": _overview, "log": _log, "settings": _settings, "runs": _runs}

urlpatterns = [
    path("jobs/<int:number>/", job, name="job"),
    path("jobs/<int:number>/_state/", state, name="job-state"),
    path("jobs/<int:number>/_overview/", body, name="job-overview"),
    path("jobs/<int:number>/_curves/", curves, name="job-curves"),
    path("jobs/<int:number>/_resources/", resources, name="job-resources"),
]
