"""REST: training jobs, their approvals, what they told and left, and the recipes."""

from typing import Any

from django.urls import path
from rest_framework.routers import SimpleRouter

from chainhub.api.jobs.approvals import Approvals
from chainhub.api.jobs.history import ArtifactFile, Artifacts, Events, LogLines, Metrics
from chainhub.api.jobs.recipes import Candidates, Recipes
from chainhub.api.jobs.views import Jobs

JOB = "jobs/<int:number>/"

urlpatterns: list[Any] = [
    path("jobs/candidates/", Candidates.as_view(), name="job-candidates"),
    path(f"{JOB}events/", Events.as_view(), name="job-events"),
    path(f"{JOB}metrics/", Metrics.as_view(), name="job-metrics"),
    path(f"{JOB}log/", LogLines.as_view(), name="job-log"),
    path(f"{JOB}artifacts/", Artifacts.as_view(), name="job-artifacts"),
    path(f"{JOB}artifacts/download/<path:file>", ArtifactFile.as_view(), name="job-artifact"),
]


def register(router: SimpleRouter) -> None:
    """Add this noun's viewsets."""
    router.register("jobs", Jobs, basename="job")
    router.register(r"jobs/(?P<number>\d+)/approvals", Approvals, basename="job-approval")
    router.register("recipes", Recipes, basename="recipe")
