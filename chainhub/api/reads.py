"""REST: who viewed, downloaded and trained on a dataset, for its owner's people."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from chainhub.activity.models import AuditEvent
from chainhub.api.versions import dataset_of
from chainhub.datasets import permissions
from chainhub.datasets.reads import KINDS, Read, asked_in, reader_in, readers_of, reads_of


class DataReadSerializer(serializers.ModelSerializer[AuditEvent]):
    """One read of the data, with its place in the audit log."""

    kind = serializers.SerializerMethodField()
    organization = serializers.SerializerMethodField(help_text="The slug of the organization that read.")
    person = serializers.CharField(source="actor_label", read_only=True)
    text = serializers.CharField(read_only=True)

    class Meta:
        model = AuditEvent
        fields = ("id", "at", "kind", "organization", "person", "verb", "text", "target_url", "hash")

    @extend_schema_field(serializers.ChoiceField(Read.choices))
    def get_kind(self, event: AuditEvent) -> str:
        """In which way."""
        return str(KINDS[event.verb].value)

    def get_organization(self, event: AuditEvent) -> str:
        """Empty where it is gone."""
        reader: str = self.context["readers"].get(reader_in(event, self.context["dataset"]), "")
        return reader


FILTERS = [
    OpenApiParameter("read", str, enum=Read.values),
    OpenApiParameter("organization", str, description="The slug of the organization that read."),
    OpenApiParameter("since", OpenApiTypes.DATE),
    OpenApiParameter("until", OpenApiTypes.DATE, description="That day included."),
]


class Reads(mixins.ListModelMixin, GenericViewSet[AuditEvent]):
    """Reads of a dataset's data, newest first; for all but its owner's people there are none."""

    queryset = AuditEvent.objects.none()
    serializer_class = DataReadSerializer

    def get_queryset(self) -> QuerySet[AuditEvent]:
        """Filtered as on the dataset's page."""
        dataset = dataset_of(self)
        if not permissions.may_see_reads(self.request.user, dataset):
            raise Http404
        return reads_of(dataset, asked_in(self.request.query_params))

    def get_serializer_context(self) -> dict[str, Any]:
        """With the organizations that read."""
        context = dict(super().get_serializer_context())
        if getattr(self, "swagger_fake_view", False):
            return context
        dataset = dataset_of(self)
        slugs = {one.pk: one.slug for one in [dataset.organization, *readers_of(dataset)]}
        return {**context, "dataset": dataset, "readers": slugs}

    @extend_schema(operation_id="datasets_reads_list", parameters=FILTERS, summary="Reads of a dataset's data")
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Views, downloads and trainings. What makes no sense in a filter is left out."""
        return super().list(request, *args, **kwargs)


urlpatterns = [
    path("datasets/<slug:org>/<slug:slug>/reads/", Reads.as_view({"get": "list"}), name="dataset-reads"),
]
