"""Jobs: found, launched, steered."""

from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from chainhub.accounts.models import Scope
from chainhub.api.http import IDEMPOTENCY_KEY, actor, idempotency_key
from chainhub.api.jobs.serializers import ChangesSerializer, JobDetailSerializer, JobSerializer, NewJobSerializer
from chainhub.jobs import catalogue, services
from chainhub.jobs.dividing import check_split
from chainhub.jobs.estimates import estimate
from chainhub.jobs.models import JobInput, Status, TrainingJob
from chainhub.jobs.waiting import why_it_waits


class JobFilter(filters.FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """`?status=running&collaboration=<slug>&recipe=tabular&q=words&order=oldest`."""

    status = filters.MultipleChoiceFilter(choices=Status.choices)
    collaboration = filters.CharFilter(field_name="collaboration__slug")
    recipe = filters.CharFilter()
    q = filters.CharFilter(field_name="title", lookup_expr="icontains", label="Words in the title")
    order = filters.OrderingFilter(fields=[("pk", "number"), ("created_at", "created_at"), ("title", "title")])


class EstimateSerializer(serializers.Serializer[Any]):
    """How much work a job would be; `seconds` is the pace of earlier jobs, null where none tells."""

    rows = serializers.IntegerField()
    train_rows = serializers.IntegerField()
    models = serializers.IntegerField()
    steps = serializers.IntegerField()
    seconds = serializers.FloatField(allow_null=True)
    based_on = serializers.IntegerField()
    seconds_low = serializers.FloatField(source="span.low", default=None, allow_null=True)
    seconds_high = serializers.FloatField(source="span.high", default=None, allow_null=True)
    memory_mb = serializers.IntegerField(allow_null=True)
    memory_limit = serializers.IntegerField(allow_null=True, help_text="the limit asked for, where it is too low")
    running = serializers.IntegerField(help_text="jobs on the same kind of device now, of which the time knows nothing")
    queued = serializers.IntegerField(help_text="jobs that wait for it now")


class Jobs(mixins.ListModelMixin, GenericViewSet[TrainingJob]):
    """Training jobs of your collaborations, and those that used your data."""

    queryset = TrainingJob.objects.none()
    serializer_class = JobSerializer
    filterset_class = JobFilter
    lookup_url_kwarg = "number"
    lookup_field = "pk"
    lookup_value_converter = "int"
    required_scope = Scope.LAUNCH

    def get_queryset(self) -> QuerySet[TrainingJob]:
        """Newest first."""
        found = TrainingJob.objects.visible_to(self.request.user).order_by("-pk")
        found = found.select_related("collaboration", "organization", "proposed_by", "base__organization")
        # What inspection found in a version of many fields is long, and nobody asks for it here.
        inputs = JobInput.objects.select_related("version__dataset__organization").defer("version__inspection")
        return found.prefetch_related(Prefetch("inputs", inputs))

    @extend_schema(responses=JobDetailSerializer)
    def retrieve(self, request: Request, number: int) -> Response:
        """One job with its runs, its place in the queue, and its evaluation."""
        return self._shown(self.get_object())

    @extend_schema(
        request=NewJobSerializer,
        parameters=[IDEMPOTENCY_KEY],
        responses={
            201: JobDetailSerializer,
            200: OpenApiResponse(JobDetailSerializer, "Launched before under this key"),
        },
        summary="Launch a job",
    )
    def create(self, request: Request) -> Response:
        """Queued at once, or once the data owners have approved it."""
        wanted = NewJobSerializer(data=request.data, context=self.get_serializer_context())
        wanted.is_valid(raise_exception=True)
        return self._launched(
            request,
            lambda key: services.propose_job(actor=actor(request), idempotency_key=key, **wanted.validated_data),
        )

    @extend_schema(
        request=ChangesSerializer,
        parameters=[IDEMPOTENCY_KEY],
        responses={201: JobDetailSerializer, 200: JobDetailSerializer},
    )
    @action(methods=["post"], detail=True)
    def clone(self, request: Request, number: int) -> Response:
        """Launch the same once more, with changes; parameters are laid over the job's own."""
        job = self.get_object()
        wanted = ChangesSerializer(data=request.data, context=self.get_serializer_context())
        wanted.is_valid(raise_exception=True)
        return self._launched(
            request,
            lambda key: services.clone_job(job, actor=actor(request), idempotency_key=key, **wanted.validated_data),
        )

    @extend_schema(request=None, responses=JobDetailSerializer)
    @action(methods=["post"], detail=True)
    def cancel(self, request: Request, number: int) -> Response:
        """At once while it waits; while it runs it is gone within seconds and keeps its last checkpoint."""
        return self._shown(services.cancel_job(self.get_object(), actor=actor(request)))

    @extend_schema(request=None, responses=JobDetailSerializer)
    @action(methods=["post"], detail=True)
    def resume(self, request: Request, number: int) -> Response:
        """Queue a failed or canceled job again, from its last checkpoint."""
        return self._shown(services.resume_job(self.get_object(), actor=actor(request)))

    @extend_schema(request=NewJobSerializer, responses=EstimateSerializer)
    @action(methods=["post"], detail=False)
    def estimate(self, request: Request) -> Response:
        """How much work the job would be; launches nothing."""
        wanted = NewJobSerializer(data=request.data, context=self.get_serializer_context())
        wanted.is_valid(raise_exception=True)
        asked = wanted.validated_data
        recipe, split = catalogue.find_recipe(asked["recipe"]), catalogue.checked_split(asked.get("split", {}))
        check_split(split, asked["versions"])
        found = estimate(
            actor(request),
            recipe.name,
            device=asked.get("device", "cpu"),
            versions=asked["versions"],
            split=split,
            parameters=catalogue.checked_parameters(recipe, asked["parameters"]),
            target=asked.get("target", ""),
            fields=asked.get("fields"),
            limits=asked.get("limits"),
            base=asked.get("base"),
            processes=asked.get("processes") or 1,
        )
        return Response(EstimateSerializer(found).data)

    def _launched(self, request: Request, launch: Any) -> Response:
        """201, or 200 for a key that had launched the job before."""
        key = idempotency_key(request)
        before = Q(proposed_by=actor(request), idempotency_key=key)
        known = bool(key) and TrainingJob.objects.filter(before).exists()
        return self._shown(launch(key), status=status.HTTP_200_OK if known else status.HTTP_201_CREATED)

    def _shown(self, job: TrainingJob, **kwargs: Any) -> Response:
        fresh = self.get_queryset().prefetch_related("runs__node").get(pk=job.pk)
        context = {**self.get_serializer_context()}
        if fresh.status == Status.QUEUED:
            context["waiting"] = why_it_waits(fresh)
        return Response(JobDetailSerializer(fresh, context=context).data, **kwargs)
