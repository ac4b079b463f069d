"""REST: rows of a version, page by page, with filters and order; one row; its picture."""

import base64
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from chainhub.api.http import actor
from chainhub.api.versions import dataset_of
from chainhub.datasets import services
from chainhub.datasets.models import DatasetVersion, VersionStatus
from chainhub.datasets.viewing.questions import read_question
from chainhub.datasets.viewing.sheet import Row, Sheet, opened

CUT = 2000  # letters of a text in a list; a row's own address gives it whole


class ColumnSerializer(serializers.Serializer[Any]):
    """A column and how it may be asked."""

    name = serializers.CharField()
    form = serializers.CharField(help_text="text, number, boolean, moment or image")
    masked = serializers.BooleanField(help_text="Masked by the owner: its values are null, and it cannot be asked.")
    operators = serializers.ListField(child=serializers.CharField())


class RowsSerializer(serializers.Serializer[Any]):
    """A page of rows."""

    count = serializers.IntegerField(help_text="Rows that answer the question.")
    page = serializers.IntegerField()
    pages = serializers.IntegerField()
    columns = ColumnSerializer(many=True)
    rows = serializers.ListField(child=serializers.DictField(), help_text="{number, values, cut?}, numbered from 0.")


class RowSerializer(serializers.Serializer[Any]):
    """One row whole; a picture in base64 (PNG)."""

    number = serializers.IntegerField()
    values = serializers.DictField()
    picture = serializers.CharField(allow_null=True)


ASKED = [
    OpenApiParameter("q", str, description="Words in any text, or a number."),
    OpenApiParameter("sort", str, description="A field; with a minus in front, the highest first."),
    OpenApiParameter(
        "filter",
        str,
        many=True,
        description="field:operator:value, several of them; operators: has, is, not, min, max, missing, known.",
    ),
    OpenApiParameter("page", int),
    OpenApiParameter("page_size", int, description="At most 200."),
]


class Rows(GenericViewSet[DatasetVersion]):
    """Rows, for those whom the terms let see them; each look is written down once an hour."""

    queryset = DatasetVersion.objects.none()
    serializer_class = RowsSerializer

    def _version(self) -> DatasetVersion:
        dataset = dataset_of(self)
        ready = DatasetVersion.objects.filter(dataset=dataset, status=VersionStatus.READY).exclude(commit=None)
        version = get_object_or_404(ready.defer("profile"), number=self.kwargs["number"])
        version.dataset = dataset
        return version

    @extend_schema(
        operation_id="datasets_versions_rows_list",
        parameters=ASKED,
        responses=RowsSerializer,
        summary="Rows of a version",
    )
    def page(self, request: Request, **kwargs: Any) -> Response:
        """Pictures are left out; texts are cut after 2,000 letters."""
        version = self._version()
        with opened(version, request.user) as sheet:
            question = read_question(request.query_params, sheet.columns)
            page = sheet.page(question)
            services.record_view(version, actor=actor(request))
            columns = ColumnSerializer(sheet.columns, many=True).data
        rows = [_cut(row) for row in page.rows]
        return Response(
            {"count": page.total, "page": page.number, "pages": page.pages, "columns": columns, "rows": rows}
        )

    @extend_schema(responses=RowSerializer, summary="One row of a version")
    def one(self, request: Request, **kwargs: Any) -> Response:
        """Whole, with its picture where it has one."""
        version, number = self._version(), int(self.kwargs["row"])
        with opened(version, request.user) as sheet:
            if not 0 <= number < sheet.count:
                raise Http404
            services.record_view(version, actor=actor(request))
            row = sheet.rows([number], [one.name for one in sheet.cells])[0]
            picture = _picture(sheet, number)
        return Response({"number": number, "values": row.values, "picture": picture})


def _cut(row: Row) -> dict[str, Any]:
    long = [name for name, value in row.values.items() if isinstance(value, str) and len(value) > CUT]
    values = row.values | {name: row.values[name][:CUT] for name in long}
    return {"number": row.number, "values": values} | ({"cut": long} if long else {})


def _picture(sheet: Sheet, number: int) -> str | None:
    data = sheet.picture(number)
    return base64.b64encode(data).decode() if data else None


BASE = "datasets/<slug:org>/<slug:slug>/versions/<int:number>/rows/"
urlpatterns = [
    path(BASE, Rows.as_view({"get": "page"}), name="dataset-rows"),
    path(f"{BASE}<int:row>/", Rows.as_view({"get": "one"}), name="dataset-row"),
]
