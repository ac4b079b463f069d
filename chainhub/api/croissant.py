"""REST: a dataset's Croissant description."""

from typing import Any

from django.http import Http404
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from chainhub.api.versions import dataset_of
from chainhub.datasets.croissant import croissant
from chainhub.datasets.models import DatasetVersion

LONGEST_NUMBER = 8


class LinkedDataRenderer(JSONRenderer):
    """JSON under its own name, whatever was asked for."""

    media_type = "application/ld+json"


class Croissant(GenericViewSet[DatasetVersion]):
    """What `mlcroissant` and other readers of Croissant 1.1 take."""

    queryset = DatasetVersion.objects.none()
    renderer_classes = (JSONRenderer, LinkedDataRenderer)

    @extend_schema(
        parameters=[OpenApiParameter("version", int, description="The newest usable one where none is named.")],
        responses={(200, LinkedDataRenderer.media_type): OpenApiTypes.OBJECT},
        summary="Croissant description",
    )
    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        """With files and records for those who may take them; fetch those with the same token."""
        dataset = dataset_of(self)
        found = DatasetVersion.objects.visible_to(request.user).ready().filter(dataset=dataset).order_by("-number")
        if asked := request.query_params.get("version", ""):
            found = found.filter(number=int(asked) if asked.isdecimal() and len(asked) <= LONGEST_NUMBER else 0)
        version = found.select_related("commit").first()
        if version is None:
            raise Http404
        hub = request.build_absolute_uri("/").rstrip("/")
        return Response(croissant(dataset, version, user=request.user, hub=hub), content_type="application/ld+json")


urlpatterns = [
    path("datasets/<slug:org>/<slug:slug>/croissant/", Croissant.as_view({"get": "retrieve"}), name="dataset-croissant")
]
