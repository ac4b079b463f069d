"""What came of a job: alone beside together, and the pictures behind the numbers."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from chainhub.jobs.models import TrainingJob
from chainhub.jobs.units import unit_of_target
from chainhub.registry import scores
from chainhub.web import evaluations
from chainhub.web.http import SignedInRequest
from chainhub.web.views.jobs.finding import visible_job

PARTS = ("own", "common")


@login_required
@require_safe
def comparison(request: SignedInRequest, number: int) -> HttpResponse:
    """The key picture alone: `?part=common` judges on everybody's rows; without it the part that tells more."""
    job = visible_job(request.user, number)
    return render(request, "web/jobs/_comparison.html", {"job": job, **_comparison(request, job)})


def result_context(request: SignedInRequest, job: TrainingJob) -> dict[str, Any]:
    """Everything that the overview of a finished job shows."""
    evaluation, compared = job.result, _comparison(request, job)
    unit = compared["unit"]
    return {
        **compared,
        "overall": evaluations.overall_rows(evaluation, unit),
        "test_rows": scores.test_rows(evaluation),
        "confusion": evaluations.confusion(evaluation),
        "roc": evaluations.roc(evaluation),
        "scatter": evaluations.predicted_against_actual(evaluation, unit),
        "errors": evaluations.errors(evaluation, unit),
        "importance": evaluations.importance(evaluation),
    }


def _comparison(request: SignedInRequest, job: TrainingJob) -> dict[str, Any]:
    evaluation = job.result
    telling = evaluations.verdict(evaluation)
    part = request.GET.get("part", telling.rows if telling else "")
    part = part if part in PARTS else PARTS[0]
    found = {one.rows: one for one in evaluations.verdicts(evaluation)}
    organizations = evaluations.colours_of(evaluation)
    unit = unit_of_target(job, task=str(evaluation.get("task") or ""))
    return {
        "unit": unit,
        "part": part,
        "verdict": found.get(part),
        "has_baselines": scores.has_baselines(evaluation),
        "metric": scores.metric_title(scores.primary_name(evaluation), unit),
        "intervals": evaluations.alone_and_together(evaluation, organizations, part=part),
        "each": evaluations.of_each(evaluation, organizations),
        "unseen": scores.judged_by_others(evaluation),
    }


urlpatterns = [path("jobs/<int:number>/_comparison/", comparison, name="job-comparison")]
