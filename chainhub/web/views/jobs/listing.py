"""The list of training jobs; filters and order live in the address."""

import re
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import DurationField, ExpressionWrapper, F, Prefetch, Q
from django.db.models.functions import Coalesce, Now
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from chainhub.collaborations.models import Collaboration
from chainhub.jobs.catalogue import title_of
from chainhub.jobs.models import JobInput, JobQuerySet, TrainingJob
from chainhub.jobs.naming import hidden_from, told_without
from chainhub.organizations.models import Organization
from chainhub.organizations.permissions import SCIENTISTS
from chainhub.web.forms.jobs import JobFilter
from chainhub.web.http import SignedInRequest
from chainhub.web.pages import page_of

SORTS: dict[str, list[Any]] = {
    "oldest": ["pk"],
    "title": ["title", "-pk"],
    "longest": [F("took").desc(nulls_last=True), "-pk"],
}
MOST_TOPICS = 40
NUMBER = re.compile(r"[1-9]\d{0,8}")


@login_required
@require_safe
def jobs(request: SignedInRequest) -> HttpResponse:
    """All jobs that the person may see."""
    return render(request, "web/jobs/index.html", _context(request))


@login_required
@require_safe
def rows(request: SignedInRequest) -> HttpResponse:
    """The table alone, fetched again when a job begins or ends."""
    return render(request, "web/jobs/_rows.html", _context(request))


def _context(request: SignedInRequest) -> dict[str, Any]:
    form = JobFilter(request.GET, user=request.user)
    form.is_valid()
    page = page_of(request, _found(request.user, form.cleaned_data))
    hidden = hidden_from(request.user, page)
    for job in page:
        job.told_reason = told_without(job, job.reason, hidden[job.pk])
        job.recipe_title = title_of(job.recipe)
        job.share = job.progress.get("done", 0) / (job.progress.get("total") or 1)
        job.owners = list(
            {one.version.dataset.organization_id: one.version.dataset.organization for one in job.inputs.all()}.values()
        )
    topics = _topics(request.user)
    return {
        "form": form,
        "page": page,
        "filtered": any(form.cleaned_data.values()),
        "live_topics": ",".join(topics),
        "watch": " ".join([*(f"{topic}:job" for topic in topics), *(f"{job.topic}:state" for job in page)]),
        "query": request.GET.urlencode(),
        "may_launch": Organization.objects.where(request.user, *SCIENTISTS).exists(),
    }


def _found(user: Any, asked: dict[str, Any]) -> JobQuerySet:
    jobs = TrainingJob.objects.visible_to(user).defer("result", "parameters", "fields")
    if words := asked.get("q", "").strip().lstrip("#"):
        number = Q(pk=int(words)) if NUMBER.fullmatch(words) else Q()
        jobs = jobs.filter(Q(title__icontains=words) | number)
    for name in ("status", "collaboration", "recipe"):
        if asked.get(name):
            jobs = jobs.filter(**{name: asked[name]})
    took = ExpressionWrapper(Coalesce("finished_at", Now()) - F("started_at"), output_field=DurationField())
    inputs = JobInput.objects.select_related("version__dataset__organization").defer("version__inspection")
    jobs = jobs.annotate(took=took).order_by(*SORTS.get(asked.get("sort", ""), ["-pk"]))
    return jobs.select_related("collaboration", "organization", "proposed_by").prefetch_related(
        Prefetch("inputs", inputs)
    )


def _topics(user: Any) -> list[str]:
    """Where jobs begin and end: the collaborations of the person's organizations."""
    joined = Collaboration.objects.joined_by(Organization.objects.of(user)).filter(closed_at=None)
    return [one.topic for one in joined[:MOST_TOPICS]]


urlpatterns = [
    path("jobs/", jobs, name="jobs"),
    path("jobs/_rows/", rows, name="job-rows"),
]
