"""REST: files on their way in, in one request; large ones that must survive a broken line go to `/uploads/` by tus."""

from typing import IO, Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from django.urls import path
from django.utils.translation import gettext_noop
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from chainhub.api.http import actor
from chainhub.core.errors import InvalidInputError
from chainhub.datasets.permissions import may_register
from chainhub.datasets.references import described
from chainhub.organizations.models import Organization
from chainhub.repositories import uploads
from chainhub.repositories.models import Upload
from chainhub.repositories.owners import uploading_for

FORM = "multipart/form-data"
FILENAME = OpenApiParameter("filename", str, description="How the file is called; needed unless a form names it.")
OWNER = OpenApiParameter("organization", str, description="For whom; else the one you act for, or your first.")
SEVERAL = "Several uploads, instead of one: they become one package, each at its path."
DESCRIPTION = """The body is the file itself, streamed to disk:

    curl -T data.csv -H "Authorization: Bearer $TOKEN" $HUB/api/v1/uploads/

(curl writes the file's name behind the slash; other programs say `?filename=data.csv`), or a form with the part `file`
(`curl -F file=@data.csv …`). The `id` in the answer is what registering asks for.
A large file that must survive a broken line goes to `/uploads/` with any tus 1.0 client and the same token.
"""


class UploadSerializer(serializers.ModelSerializer[Upload]):
    """A file that has arrived, or part of it."""

    sha256 = serializers.CharField(source="blob.sha256", read_only=True, default=None)

    class Meta:
        model = Upload
        fields = ("id", "filename", "size", "offset", "sha256", "created_at", "expires_at", "used_at")


class ReferenceSerializer(serializers.Serializer[Any]):
    """Bytes that stay where they are: `https://…`, `s3://bucket/file`, or a path on the data node."""

    address = serializers.CharField(max_length=2000)
    sha256 = serializers.CharField(max_length=64, required=False, allow_blank=True, default="")


def brought(request: Request, asked: dict[str, Any], owner: Organization) -> dict[str, Any]:
    """What registering takes out of a body: `upload` as uploads that have arrived, or `reference`.

    Asked first whether the person may register anything for the owner: what is said of an address tells which buckets
    and folders were opened to it.
    """
    if not may_register(request.user, owner):
        raise PermissionDenied
    reference = asked.pop("reference", None)
    if not reference:
        return {"upload": arrived(request, asked)}
    if asked.pop("upload", None) or asked.pop("uploads", None):
        raise InvalidInputError(gettext_noop("Name uploads or a reference, not both."), field="reference")
    return {"reference": described(reference["address"], organization=owner, sha256=reference["sha256"])}


def arrived(request: Request, asked: dict[str, Any]) -> list[Upload]:
    """The person's uploads that a body names as `upload` or `uploads`, taken out of it; 404 for any other."""
    one, several = asked.pop("upload", None), asked.pop("uploads", None)
    named = [one] if one else several or []
    if not named or (one and several):
        raise InvalidInputError(gettext_noop("Name one upload, or several as “uploads”."), field="upload")
    found = Upload.objects.visible_to(request.user).in_bulk(named)
    if len(found) < len(set(named)):
        raise Http404
    return list(found.values())


class Untouched(BaseParser):
    """Any body, left to the view."""

    media_type = "*/*"

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None) -> dict[str, Any]:
        """Nothing is read here."""
        return {}


class Uploads(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[Upload]
):  # fmt: skip
    """Your uploads of which nothing was made yet."""

    queryset = Upload.objects.none()
    serializer_class = UploadSerializer
    parser_classes = [MultiPartParser, Untouched]

    def get_queryset(self) -> QuerySet[Upload]:
        """One's own."""
        return (
            Upload.objects.visible_to(self.request.user)
            .filter(used_at=None)
            .select_related("blob")
            .order_by("-created_at")
        )

    @extend_schema(
        summary="Upload a file",
        description=DESCRIPTION,
        parameters=[FILENAME, OWNER],
        request={"application/octet-stream": OpenApiTypes.BINARY, FORM: OpenApiTypes.OBJECT},
        responses={201: UploadSerializer},
    )
    def create(self, request: Request, filename: str = "") -> Response:
        """Streams; memory stays flat."""
        uploads.check_size(int(request.META.get("CONTENT_LENGTH") or 0))
        owner = uploading_for(
            actor(request), request.query_params.get("organization", ""), acting=getattr(request, "acting", None)
        )
        is_form = (request.content_type or "").startswith(FORM)
        sent = self._form_file(request) if is_form else self._body(request, filename)
        upload = uploads.receive_file(
            actor=actor(request), organization=owner, content_type=request.content_type or "", **sent
        )
        return Response(UploadSerializer(upload).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses={204: OpenApiResponse(description="Forgotten.")}, summary="Forget an upload")
    def destroy(self, request: Request, **kwargs: Any) -> Response:
        """What arrived is removed."""
        uploads.discard_upload(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _form_file(self, request: Request) -> dict[str, Any]:
        file = request.FILES.get("file")
        if file is None:
            raise InvalidInputError(gettext_noop("The form has no part “file”."), field="file")
        return {"filename": request.query_params.get("filename") or file.name, "size": file.size, "source": file}

    def _body(self, request: Request, filename: str) -> dict[str, Any]:
        length = request.META.get("CONTENT_LENGTH") or ""
        if not length.isdigit():
            raise InvalidInputError(gettext_noop("Send the header Content-Length, or use tus at /uploads/."))
        name = filename or request.query_params.get("filename", "")
        if not name:
            raise InvalidInputError(gettext_noop("Name the file: ?filename=data.csv."), field="filename")
        return {"filename": name, "size": int(length), "source": request.stream}


urlpatterns = [
    path("uploads/", Uploads.as_view({"get": "list", "post": "create"}), name="upload-list"),
    path("uploads/<str:filename>", Uploads.as_view({"put": "create"}), name="upload-named"),
    path("uploads/<uuid:pk>/", Uploads.as_view({"get": "retrieve", "delete": "destroy"}), name="upload-detail"),
]
