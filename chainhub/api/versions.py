"""REST: versions of a dataset, what inspection found in them, and their files."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from chainhub.accounts.models import Scope
from chainhub.api.duties import FILE_HEADERS
from chainhub.api.fields import PersonField, SentenceField
from chainhub.api.http import actor
from chainhub.api.uploads import SEVERAL, ReferenceSerializer, brought
from chainhub.datasets import permissions, services
from chainhub.datasets.disclosure import masked_for, repairs_for, report_for
from chainhub.datasets.models import Dataset, DatasetVersion
from chainhub.policies.delivering import file_answer
from chainhub.repositories.models import CommitFile


def dataset_of(view: Any) -> Dataset:
    """The dataset that the address names, if the person may see it."""
    known: Dataset | None = getattr(view, "asked_dataset", None)
    if known is None:  # asked once for each request: a view lives no longer
        found = Dataset.objects.visible_to(view.request.user).select_related("organization")
        known = get_object_or_404(found, organization__slug=view.kwargs["org"], slug=view.kwargs["slug"])
        view.asked_dataset = known
    return known


class VersionSerializer(serializers.ModelSerializer[DatasetVersion]):
    """One immutable state of the data."""

    created_by = PersonField(read_only=True)
    commit = serializers.CharField(source="commit.oid", read_only=True, default=None)
    refusal = SentenceField(read_only=True)
    repairs = serializers.SerializerMethodField(help_text="What was mended, in sentences.")
    restored_from = serializers.IntegerField(source="restored_from.number", read_only=True, default=None)

    class Meta:
        model = DatasetVersion
        fields = (
            "number", "status", "progress", "rows", "note", "commit", "refusal", "repairs", "created_by", "created_at",
            "restored_from", "deprecated_at", "deprecated_reason",
        )  # fmt: skip

    def get_repairs(self, version: DatasetVersion) -> list[str]:
        """In the language of the request."""
        told = repairs_for(version.inspection, rows=self.context.get("rows", False), masked=self.context.get("masked"))
        return [SentenceField().to_representation(one) for one in told]


class NewVersionSerializer(serializers.Serializer[Any]):
    """A finished upload, or several."""

    upload = serializers.UUIDField(required=False)
    uploads = serializers.ListField(child=serializers.UUIDField(), required=False, help_text=SEVERAL)
    reference = ReferenceSerializer(required=False)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class FieldSerializer(serializers.Serializer[Any]):
    """A field of the table as inspection found it."""

    name = serializers.CharField()
    type = serializers.CharField(help_text="integer, number, boolean, date, time, text, image or empty")
    kind = serializers.CharField(help_text="number, category, boolean, date, text, pixel, image, constant or empty")
    missing = serializers.IntegerField()
    missing_share = serializers.FloatField()
    masked = serializers.BooleanField(required=False, help_text="Masked by its owner: nothing of its values is told.")
    distinct = serializers.IntegerField(allow_null=True, required=False)
    min = serializers.JSONField(required=False)
    max = serializers.JSONField(required=False)
    mean = serializers.FloatField(required=False, allow_null=True)
    std = serializers.FloatField(required=False, allow_null=True)
    quantiles = serializers.DictField(required=False, child=serializers.FloatField(allow_null=True))
    distribution = serializers.JSONField(required=False)
    examples = serializers.ListField(required=False)


class PreviewSerializer(serializers.Serializer[Any]):
    """The first rows."""

    columns = serializers.ListField(child=serializers.CharField())
    rows = serializers.ListField(child=serializers.ListField())
    hidden = serializers.IntegerField(help_text="How many columns are left out.")


class FileSerializer(serializers.ModelSerializer[CommitFile]):
    """A file of a version."""

    size = serializers.IntegerField(read_only=True)
    sha256 = serializers.CharField(source="blob.sha256", read_only=True)

    class Meta:
        model = CommitFile
        fields = ("path", "size", "sha256")


class Versions(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[DatasetVersion]):
    """Versions of a dataset, newest first."""

    queryset = DatasetVersion.objects.none()
    serializer_class = VersionSerializer
    lookup_field = "number"

    def get_queryset(self) -> QuerySet[DatasetVersion]:
        """Owners see refused ones too."""
        found = DatasetVersion.objects.visible_to(self.request.user).filter(dataset=dataset_of(self))
        # Profiles are long and have an address of their own.
        found = found.select_related("created_by", "commit", "restored_from")
        return found.defer("profile", "restored_from__profile", "restored_from__inspection").order_by("-number")

    def get_serializer_context(self) -> dict[str, Any]:
        """With what the person may read of repairs, which quote values."""
        context = dict(super().get_serializer_context())
        if self.action in {"list", "retrieve"}:
            dataset = dataset_of(self)
            context["rows"] = permissions.may_see_rows(self.request.user, dataset)
            context["masked"] = masked_for(self.request.user, dataset)
        return context

    def _report(self) -> dict[str, Any]:
        version = self.get_object()
        dataset = dataset_of(self)
        rows = permissions.may_see_rows(self.request.user, dataset)
        return report_for(self.request.user, dataset, version.inspection, rows=rows)

    @extend_schema(request=NewVersionSerializer, responses={201: VersionSerializer}, summary="Add a version")
    def create(self, request: Request, **kwargs: Any) -> Response:
        """It is inspected in the background; the versions before stay."""
        dataset = dataset_of(self)  # first: who may not see it learns nothing about what it takes
        wanted = NewVersionSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        asked = dict(wanted.validated_data)
        asked |= brought(request, asked, dataset.organization)
        version = services.add_version(dataset, actor=actor(request), **asked)
        return Response(VersionSerializer(version).data, status=201)

    @extend_schema(responses=FieldSerializer(many=True), summary="Fields of a version")
    def fields(self, request: Request, **kwargs: Any) -> Response:
        """Who may not see rows gets no examples and no rare values."""
        return Response(self._report().get("fields", []))

    @extend_schema(responses=PreviewSerializer, summary="First rows of a version")
    def preview(self, request: Request, **kwargs: Any) -> Response:
        """For those who may see rows; masked fields are empty."""
        if not permissions.may_see_rows(request.user, dataset_of(self)):
            raise PermissionDenied
        preview = self._report().get("preview", {})
        return Response(
            {name: preview.get(name, []) for name in ("columns", "rows")} | {"hidden": preview.get("hidden", 0)}
        )

    @extend_schema(responses=FileSerializer(many=True), summary="Files of a version")
    def files(self, request: Request, **kwargs: Any) -> Response:
        """Names, sizes and hashes."""
        found = CommitFile.objects.filter(commit=self.get_object().commit_id).select_related("blob")
        return Response(FileSerializer(found, many=True).data)


class VersionFile(GenericViewSet[DatasetVersion]):
    """One file of a version."""

    queryset = DatasetVersion.objects.none()
    required_scope = Scope.DOWNLOAD

    @extend_schema(
        parameters=FILE_HEADERS,
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
        summary="Download a file",
    )
    def retrieve(self, request: Request, **kwargs: Any) -> HttpResponseBase:
        """Any part of it by `Range`; for those who may have it, and written down. Headers say what they owe for it."""
        dataset = dataset_of(self)
        if not permissions.may_take_files(request.user, dataset):
            raise PermissionDenied
        found = DatasetVersion.objects.visible_to(request.user).filter(dataset=dataset)
        version = get_object_or_404(found.select_related("dataset__organization"), number=kwargs["number"])
        files = CommitFile.objects.filter(commit=version.commit_id).select_related("blob")
        entry = get_object_or_404(files, path=kwargs["file"])
        return file_answer(request._request, version, entry, actor=actor(request))  # noqa: SLF001 (DRF has no other way)


BASE = "datasets/<slug:org>/<slug:slug>/versions/"
urlpatterns = [
    path(BASE, Versions.as_view({"get": "list", "post": "create"}), name="dataset-version-list"),
    path(f"{BASE}<int:number>/", Versions.as_view({"get": "retrieve"}), name="dataset-version-detail"),
    path(f"{BASE}<int:number>/fields/", Versions.as_view({"get": "fields"}), name="dataset-version-fields"),
    path(f"{BASE}<int:number>/preview/", Versions.as_view({"get": "preview"}), name="dataset-version-preview"),
    path(f"{BASE}<int:number>/files/", Versions.as_view({"get": "files"}), name="dataset-version-files"),
    path(f"{BASE}<int:number>/files/<path:file>", VersionFile.as_view({"get": "retrieve"}), name="dataset-file"),
]
