"""REST: what is known about each field of a dataset, and its owner's corrections."""

from collections.abc import Mapping
from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chainhub.api.http import actor
from chainhub.api.versions import dataset_of
from chainhub.datasets import services
from chainhub.datasets.inspection.kinds import COLUMNAR
from chainhub.datasets.models import Dataset
from chainhub.datasets.roles import FieldRole, FieldType, described_fields


class DescribedFieldSerializer(serializers.Serializer[Any]):
    """A field as its owner describes it, else as it was detected."""

    name = serializers.CharField()
    role = serializers.ChoiceField(choices=FieldRole.choices)
    type = serializers.CharField(help_text="As corrected, else as detected.")
    detected_type = serializers.CharField()
    unit = serializers.CharField()
    sensitive = serializers.BooleanField(help_text="Values are masked for other organizations.")
    about = serializers.CharField()


class CorrectionSerializer(serializers.Serializer[Any]):
    """What is wrong about one field; what is not named stays, an empty word goes back to what was detected."""

    name = serializers.CharField(max_length=200)
    role = serializers.ChoiceField(choices=FieldRole.choices, required=False, allow_blank=True)
    type = serializers.ChoiceField(choices=FieldType.choices, required=False, allow_blank=True)
    unit = serializers.CharField(max_length=40, required=False, allow_blank=True)
    sensitive = serializers.BooleanField(required=False)
    about = serializers.CharField(max_length=300, required=False, allow_blank=True)


class KindSerializer(serializers.Serializer[Any]):
    """What a table is used as."""

    kind = serializers.ChoiceField(choices=COLUMNAR)


def _described(dataset: Dataset) -> Response:
    version = dataset.latest_version
    report: Mapping[str, Any] = version.inspection if version else {}
    return Response(DescribedFieldSerializer(described_fields(dataset, report), many=True).data)


class DatasetFields(APIView):
    """The fields of the newest usable version."""

    @extend_schema(responses=DescribedFieldSerializer(many=True), summary="Roles, types and units of fields")
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Whoever sees the card sees them."""
        return _described(dataset_of(self))

    @extend_schema(
        request=CorrectionSerializer, responses=DescribedFieldSerializer(many=True), summary="Correct a field"
    )
    def patch(self, request: Request, **kwargs: Any) -> Response:
        """A type that a value does not allow is refused with the row of that value."""
        dataset = dataset_of(self)
        wanted = CorrectionSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        asked = dict(wanted.validated_data)
        return _described(services.set_field(dataset, asked.pop("name"), actor=actor(request), **asked))


class DatasetKind(APIView):
    """The kind of a table."""

    @extend_schema(request=KindSerializer, responses=KindSerializer, summary="Correct the kind of data")
    def put(self, request: Request, **kwargs: Any) -> Response:
        """Tables, series, molecules and tables of texts can become one another where their fields allow it."""
        dataset = dataset_of(self)
        wanted = KindSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        changed = services.set_kind(dataset, actor=actor(request), kind=wanted.validated_data["kind"])
        return Response({"kind": changed.kind})


ONE = "datasets/<slug:org>/<slug:slug>"
urlpatterns = [
    path(f"{ONE}/fields/", DatasetFields.as_view(), name="dataset-fields"),
    path(f"{ONE}/kind/", DatasetKind.as_view(), name="dataset-kind"),
]
