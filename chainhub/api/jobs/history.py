"""What a job told and left: events, metrics (JSON or CSV), log, artifacts."""

from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chainhub.accounts.models import Scope
from chainhub.api.http import actor
from chainhub.core.spreadsheets import csv_lines
from chainhub.jobs import history
from chainhub.jobs.models import Artifact, Metric, RunEvent, TrainingJob
from chainhub.organizations.models import Organization
from chainhub.registry.delivering import left_answer

COLUMNS = ("name", "step", "epoch", "value", "split", "organization", "series", "fold")
AS = OpenApiParameter("as", str, enum=["json", "csv"], description="csv: one row per point")
NAME = OpenApiParameter("name", str, description="only this metric, e.g. loss")
LAST = OpenApiParameter("last", int, description="at most so many of the newest lines (500)")
MOST_LINES = 5000


def visible_job(request: Request, number: int) -> TrainingJob:
    """404 for everybody else."""
    return get_object_or_404(TrainingJob.objects.visible_to(request.user), pk=number)


class RunEventSerializer(serializers.ModelSerializer[RunEvent]):
    """What the trainer said, numbered per run."""

    run = serializers.IntegerField(source="run.number", read_only=True)

    class Meta:
        model = RunEvent
        fields = ("run", "seq", "at", "kind", "payload")


class PointSerializer(serializers.Serializer[Any]):
    """A point of a curve; `organization` is null where it speaks of all of them together."""

    name = serializers.CharField()
    step = serializers.IntegerField()
    epoch = serializers.IntegerField(allow_null=True)
    value = serializers.FloatField(allow_null=True)
    split = serializers.CharField()
    organization = serializers.CharField(allow_null=True)
    series = serializers.CharField()
    fold = serializers.IntegerField(allow_null=True)


class LineSerializer(serializers.Serializer[Any]):
    """A line of the log, in the language of the request."""

    at = serializers.DateTimeField()
    level = serializers.CharField()
    text = serializers.CharField()
    run = serializers.IntegerField()


class ArtifactSerializer(serializers.ModelSerializer[Artifact]):
    """A file that a run left."""

    run = serializers.IntegerField(source="run.number", read_only=True)
    size = serializers.IntegerField(source="blob.size", read_only=True)
    sha256 = serializers.CharField(source="blob.sha256", read_only=True)

    class Meta:
        model = Artifact
        fields = ("run", "path", "size", "sha256")


class Events(generics.ListAPIView[RunEvent]):
    """The events of all runs, oldest first; points of curves are under metrics."""

    serializer_class = RunEventSerializer
    queryset = RunEvent.objects.none()

    def get_queryset(self) -> QuerySet[RunEvent]:
        """In the trainer's own order."""
        job = visible_job(self.request, self.kwargs["number"])
        return RunEvent.objects.filter(run__job=job).select_related("run").order_by("run__number", "seq")


class Metrics(APIView):
    """All points of all curves; where two runs took the same step, the later one counts."""

    @extend_schema(
        parameters=[AS, NAME],
        responses={(200, "application/json"): PointSerializer(many=True), (200, "text/csv"): OpenApiTypes.STR},
    )
    def get(self, request: Request, number: int) -> HttpResponseBase:
        """JSON, or CSV with `?as=csv`."""
        job = visible_job(request, number)
        owners = dict(Organization.objects.filter(pk__in=job.metrics.values("organization")).values_list("pk", "slug"))
        rows = (_row(point, owners) for point in history.points(job, name=request.GET.get("name", "")))
        if request.GET.get("as") != "csv":
            return Response(list(rows))
        lines = csv_lines(COLUMNS, ([row[name] for name in COLUMNS] for row in rows), mark=False)
        answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="job-{job.pk}-metrics.csv"'
        return answer


class LogLines(APIView):
    """The job's log, in the language of the request."""

    @extend_schema(parameters=[LAST], responses=LineSerializer(many=True))
    def get(self, request: Request, number: int) -> Response:
        """Oldest first."""
        last = request.GET.get("last", "")
        most = min(int(last), MOST_LINES) if last.isdecimal() and len(last) < 6 else history.LAST_LINES  # noqa: PLR2004
        lines = history.log_lines(visible_job(request, number), last=most)
        return Response(LineSerializer(lines, many=True).data)


class Artifacts(generics.ListAPIView[Artifact]):
    """Files of the run that counts."""

    serializer_class = ArtifactSerializer
    queryset = Artifact.objects.none()

    def get_queryset(self) -> QuerySet[Artifact]:
        """Of the latest run that left any."""
        return _artifacts(visible_job(self.request, self.kwargs["number"]))


class ArtifactFile(APIView):
    """One of the files."""

    required_scope = Scope.DOWNLOAD

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY)})
    def get(self, request: Request, number: int, file: str) -> HttpResponseBase:
        """With ranges; never of an active content type. Terms bind it as they bind the model that it is a part of."""
        found = get_object_or_404(_artifacts(visible_job(request, number)), path=file)
        return left_answer(request, found, actor=actor(request))


def _artifacts(job: TrainingJob) -> QuerySet[Artifact]:
    latest = job.runs.exclude(artifacts=None).order_by("-number").first()
    return Artifact.objects.filter(run=latest).select_related("run__job", "blob").order_by("path")


def _row(point: Metric, owners: dict[int, str]) -> dict[str, Any]:
    row = {name: getattr(point, name) for name in COLUMNS if name != "organization"}
    return {**row, "organization": owners.get(point.organization_id or 0)}
