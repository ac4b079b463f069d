"""Pages: the overview. What awaits me, what runs, what came of it, and who gives and receives."""

from collections import defaultdict
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from chainhub.accounts.models import User
from chainhub.collaborations.models import Collaboration
from chainhub.datasets.models import Dataset
from chainhub.jobs.models import Metric, Status, TrainingJob
from chainhub.organizations.models import Organization
from chainhub.organizations.permissions import may_launch_for
from chainhub.registry.models import ModelVersion
from chainhub.web.chainmap import chain_map
from chainhub.web.http import SignedInRequest
from chainhub.web.inbox import decisions
from chainhub.web.leaderboard import Entry, entries
from chainhub.web.topics import own_topic

RUNNING, WAITING, NEWEST, FOLLOWED = 4, 5, 5, 20


@login_required
@require_GET
def overview(request: SignedInRequest) -> HttpResponse:
    """The first page after sign-in."""
    if not request.acting:
        return render(request, "web/overview/welcome.html", {"decisions": decisions(request.user)})
    jobs = _running(request.user)
    context = {
        "decisions": decisions(request.user),
        "steps": first_steps(request.user),
        "may_launch": may_launch_for(request.user, request.acting),
        "live_topics": ",".join([own_topic(request.user), request.acting.topic, *jobs["topics"]]),
        **jobs,
        **_results(request),
    }
    return render(request, "web/overview/index.html", context)


@login_required
@require_GET
def running(request: SignedInRequest) -> HttpResponse:
    """The jobs under way, fetched again when one begins or ends."""
    return render(request, "web/overview/_running.html", _running(request.user))


@login_required
@require_GET
def results(request: SignedInRequest) -> HttpResponse:
    """What came of the jobs, fetched again when the organization acted for receives a model."""
    return render(request, "web/overview/_results.html", _results(request))


def _results(request: SignedInRequest) -> dict[str, Any]:
    watch = f"{request.acting.topic}:published" if request.acting else ""
    return {"entries": _newest(request.user), "map": chain_map(request.user), "results_watch": watch}


def _collaboration_topics(user: User) -> list[str]:
    """Where jobs begin: the person's open collaborations, newest first."""
    joined = Collaboration.objects.joined_by(Organization.objects.of(user)).filter(closed_at=None)
    return [one.topic for one in joined[:FOLLOWED]]


def _running(user: User) -> dict[str, Any]:
    seen = TrainingJob.objects.visible_to(user).select_related("organization", "collaboration")
    jobs = list(seen.filter(status=Status.RUNNING)[:RUNNING])
    curves = _curves(jobs)
    for job in jobs:
        job.curve = curves[job.pk]  # type: ignore[attr-defined]
    waiting = list(seen.filter(status__in=[Status.QUEUED, Status.PENDING])[:WAITING])
    followed, shown = _collaboration_topics(user), [job.topic for job in [*jobs, *waiting]]
    watch = [*(f"{topic}:state" for topic in shown), *(f"{topic}:job" for topic in followed)]
    return {"running": jobs, "waiting": waiting, "watch": " ".join(watch), "topics": [*followed, *shown]}


def _curves(jobs: list[TrainingJob]) -> dict[int, dict[str, Any]]:
    """Each job's loss, by split, over all its data."""
    points: dict[tuple[int, str], list[list[float]]] = defaultdict(list)
    metrics = Metric.objects.filter(job__in=jobs, name="loss", organization=None, series="together").order_by("pk")
    for job, split, step, value in metrics.values_list("job", "split", "step", "value"):
        if value is not None:
            points[job, split].append([step, value])
    return {job.pk: _curve({split: line for (pk, split), line in points.items() if pk == job.pk}) for job in jobs}


def _curve(splits: dict[str, list[list[float]]]) -> dict[str, Any]:
    series = [{"split": split, "series": "together", "points": line} for split, line in splits.items()]
    return {"series": series, "x": {"format": "integer"}}


def _newest(user: User) -> list[Entry]:
    versions = ModelVersion.objects.visible_to(user).order_by("-pk")
    return entries(versions.select_related("model", "model__organization", "model__collaboration")[:NEWEST])


def first_steps(user: User) -> list[dict[str, Any]]:
    """The way to a first model, for those who have not walked it; empty once they have."""
    if ModelVersion.objects.visible_to(user).exists():
        return []
    mine = Organization.objects.of(user)
    return [
        {
            "title": _("Open a collaboration, or accept an invitation"),
            "text": _("A goal, the organizations that share it, and the agreement that each of them accepts."),
            "done": Collaboration.objects.joined_by(mine).exists(),
            "url": "web:collaboration-new",
            "action": _("Open a collaboration"),
        },
        {
            "title": _("Register data"),
            "text": _("A CSV or Parquet table, or images. Nobody sees it until you say who may."),
            "done": Dataset.objects.filter(organization__in=mine).exists(),
            "url": "web:dataset-new",
            "action": _("Register a dataset"),
        },
        {
            "title": _("Launch a training job"),
            "text": _("Choose data and recipe; watch the curves; every participant receives the model."),
            "done": TrainingJob.objects.visible_to(user).exists(),
            "url": "web:job-new",
            "action": _("Launch a job"),
        },
    ]


urlpatterns = [
    path("", overview, name="overview"),
    path("overview/running/", running, name="overview-running"),
    path("overview/results/", results, name="overview-results"),
]
