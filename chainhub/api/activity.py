"""REST: notices and the audit log."""

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.viewsets import GenericViewSet

from chainhub.activity import services
from chainhub.activity.models import AuditEvent, Notice
from chainhub.api.http import actor
from chainhub.collaborations.reading import filtered, topics_of, visible_events


class NoticeSerializer(serializers.ModelSerializer[Notice]):
    """One piece of news."""

    text = serializers.CharField(read_only=True)

    class Meta:
        model = Notice
        fields = ("id", "at", "kind", "text", "url", "read_at")


class ReadSerializer(serializers.Serializer[Any]):
    """Which notices were read; all, where none is named."""

    notices = serializers.ListField(child=serializers.IntegerField(), required=False, write_only=True)
    marked = serializers.IntegerField(read_only=True)


class NoticeFilter(filters.FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """`?unread=true`; `?kind=model.published`."""

    unread = filters.BooleanFilter(field_name="read_at", lookup_expr="isnull")
    kind = filters.CharFilter()


class Notices(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[Notice]):
    """Your news, newest first."""

    queryset = Notice.objects.none()
    serializer_class = NoticeSerializer
    filterset_class = NoticeFilter

    def get_queryset(self) -> QuerySet[Notice]:
        """Only one's own."""
        return Notice.objects.visible_to(self.request.user)

    @extend_schema(request=ReadSerializer, responses=ReadSerializer)
    @action(methods=["post"], detail=False)
    def read(self, request: Request) -> Response:
        """Mark as read."""
        wanted = ReadSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        marked = services.mark_read(actor(request), notices=wanted.validated_data.get("notices"))
        return Response({"marked": marked})


class EventSerializer(serializers.ModelSerializer[AuditEvent]):
    """One act, with its place in the chain."""

    text = serializers.CharField(read_only=True)
    person = serializers.CharField(source="actor_label", read_only=True)
    act = serializers.CharField(read_only=True, help_text="The verb as the pages call it.")

    class Meta:
        model = AuditEvent
        fields = ("id", "at", "person", "verb", "act", "text", "sentence", "target_url", "previous_hash", "hash")


FILTERS = [
    OpenApiParameter("topic", str, description="One of yours: organization:3, collaboration:2, user:7."),
    OpenApiParameter("verb", str, description="The beginning of a verb: dataset, job.launched."),
    OpenApiParameter("person", int),
    OpenApiParameter("since", OpenApiTypes.DATE),
    OpenApiParameter("until", OpenApiTypes.DATE),
]


class Events(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[AuditEvent]):
    """What concerns your organizations and collaborations, newest first."""

    queryset = AuditEvent.objects.none()
    serializer_class = EventSerializer

    def get_queryset(self) -> QuerySet[AuditEvent]:
        """The topics of one's own, filtered."""
        if not self.request.user.is_authenticated:
            return AuditEvent.objects.none()
        topics = topics_of(actor(self.request))
        return filtered(visible_events(topics), self.request.query_params.dict(), topics)

    @extend_schema(parameters=FILTERS)
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The audit log."""
        return super().list(request, *args, **kwargs)


urlpatterns: list[Any] = []


def register(router: SimpleRouter) -> None:
    """Add this noun's viewsets."""
    router.register("notices", Notices, basename="notice")
    router.register("audit", Events, basename="audit")
