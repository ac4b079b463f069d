"""REST: compute nodes, and the queue with positions and reasons."""

from typing import Any

from django.db.models import QuerySet
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from chainhub.api.fields import OrganizationField
from chainhub.api.http import actor
from chainhub.core.sentences import render
from chainhub.jobs.hours import hours_by_organization
from chainhub.jobs.models import Run, TrainingJob
from chainhub.jobs.waiting import waiting as waiting_jobs
from chainhub.nodes.models import ComputeNode


class NodeSerializer(serializers.ModelSerializer[ComputeNode]):
    """A machine, what it has, and how busy it is."""

    organization = OrganizationField(read_only=True)
    present = serializers.BooleanField(source="is_present", read_only=True)
    queues = serializers.SlugRelatedField(slug_field="queue", many=True, read_only=True)  # type: ignore[var-annotated]
    jobs = serializers.SerializerMethodField()

    class Meta:
        model = ComputeNode
        fields = (
            *("name", "hostname", "organization", "cores", "memory_bytes", "gpus", "slots", "capacity", "queues"),
            *("present", "draining", "load", "jobs", "started_at", "heartbeat_at", "stopped_at"),
        )
        read_only_fields = fields

    def get_jobs(self, node: ComputeNode) -> list[int | None]:
        """Numbers of the jobs that run there; null for one that you may not see."""
        seen, live = self.context.get("seen", set()), self.context.get("live", {})
        return [number if number in seen else None for number in live.get(node.pk, ())]


class WaitingSerializer(serializers.Serializer[Any]):
    """A place in the queue; `job` is null where you may not see the job."""

    queue = serializers.CharField()
    position = serializers.IntegerField()
    job = serializers.IntegerField(allow_null=True)
    reason = serializers.CharField()
    queued_at = serializers.DateTimeField()


class Nodes(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[ComputeNode]):
    """What the hub computes on."""

    queryset = ComputeNode.objects.none()
    serializer_class = NodeSerializer
    lookup_field = "name"
    lookup_value_regex = r"[^/]+"

    def get_queryset(self) -> QuerySet[ComputeNode]:
        """By name."""
        found = ComputeNode.objects.visible_to(self.request.user)
        return found.select_related("organization").prefetch_related("queues").order_by("name")

    def get_serializer_context(self) -> dict[str, Any]:
        """What runs where, in one query."""
        context: dict[str, Any] = {**super().get_serializer_context()}
        if getattr(self, "swagger_fake_view", False):
            return context
        live: dict[int, list[int]] = {}
        for node, job in Run.objects.filter(ended_at=None).exclude(node=None).values_list("node", "job"):
            live.setdefault(node, []).append(job)
        numbers = [job for jobs in live.values() for job in jobs]
        seen = TrainingJob.objects.visible_to(self.request.user).filter(pk__in=numbers).values_list("pk", flat=True)
        return {**context, "live": live, "seen": set(seen)}


class Queue(APIView):
    """Who waits for what."""

    @extend_schema(responses=WaitingSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Queue by queue, in the order in which jobs will be served."""
        waiting = waiting_jobs()
        seen = TrainingJob.objects.visible_to(actor(request)).filter(pk__in=[one.job.pk for one in waiting])
        mine = set(seen.values_list("pk", flat=True))
        return Response([
            {
                "queue": one.job.queue,
                "position": one.position,
                "job": one.job.pk if one.job.pk in mine else None,
                "reason": render(one.reason),
                "queued_at": one.job.queued_at,
            }
            for one in waiting
        ])  # fmt: skip


class UsageSerializer(serializers.Serializer[Any]):
    """What an organization's jobs took: `hours` by device."""

    organization = serializers.CharField()
    name = serializers.CharField()
    hours = serializers.DictField(child=serializers.FloatField())


class Usage(APIView):
    """Who used how much compute."""

    @extend_schema(responses=UsageSerializer(many=True), summary="Hours on slots in the last 30 days")
    def get(self, request: Request) -> Response:
        """By the organization that launched; the busiest first."""
        spent = hours_by_organization()
        return Response([{"organization": one.slug, "name": one.name, "hours": hours} for one, hours in spent])


urlpatterns = [
    path("queue/", Queue.as_view(), name="queue"),
    path("usage/", Usage.as_view(), name="usage"),
]


def register(router: SimpleRouter) -> None:
    """Add this noun's viewsets."""
    router.register("nodes", Nodes, basename="node")
