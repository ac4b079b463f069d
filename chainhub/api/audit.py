"""REST: the audit log as one file, and the check of its chain."""

from typing import Any

from django.http import StreamingHttpResponse
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView

from chainhub.activity.exporting import FORMS, exported
from chainhub.activity.verifying import Checked, check_log
from chainhub.api.activity import FILTERS
from chainhub.api.http import actor
from chainhub.collaborations.reading import filtered, topics_of, visible_events

AS = OpenApiParameter("as", str, enum=list(FORMS), description="json where nothing is said")


class CheckedSerializer(serializers.Serializer[Any]):
    """What the check found."""

    unbroken = serializers.SerializerMethodField()
    count = serializers.IntegerField(help_text="Entries that were looked at.")
    head = serializers.CharField(help_text="The hash with which they end; note it elsewhere.")
    breach = serializers.SerializerMethodField(help_text="Null, or number of the entry and what is wrong with it.")

    def get_unbroken(self, checked: Checked) -> bool:
        """Whether every entry is what was written."""
        return checked.breach is None

    def get_breach(self, checked: Checked) -> dict[str, Any] | None:
        """In the language of the request."""
        return {"number": checked.breach.number, "what": str(checked.breach)} if checked.breach else None


class Verify(APIView):
    """The chain of hashes."""

    @extend_schema(request=None, responses=CheckedSerializer, summary="Verify the audit log's chain")
    def post(self, request: Request) -> Response:
        """Recomputed from its first entry to its last, those included that you may not read."""
        return Response(CheckedSerializer(check_log()).data)


class Export(APIView):
    """The log as a file."""

    @extend_schema(
        parameters=[AS, *FILTERS],
        responses={(200, "text/csv"): OpenApiTypes.STR, (200, "application/json"): OpenApiTypes.OBJECT},
        summary="Export the audit log",
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """What concerns your organizations and collaborations, filtered, oldest first, in one piece."""
        form = "csv" if request.query_params.get("as") == "csv" else "json"
        topics = topics_of(actor(request))
        events = filtered(visible_events(topics), request.query_params.dict(), topics)
        answer = StreamingHttpResponse(exported(events, form), content_type=FORMS[form])
        answer["Content-Disposition"] = f'attachment; filename="audit.{form}"'
        return answer


urlpatterns = [
    path("audit/verify/", Verify.as_view(), name="audit-verify"),
    path("audit/export/", Export.as_view(), name="audit-export"),
]


def register(router: SimpleRouter) -> None:
    """See `urlpatterns`."""
