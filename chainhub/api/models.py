"""REST: published models: what my organizations received, its files, its names."""

from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import path
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView

from chainhub.accounts.models import Scope
from chainhub.api.duties import FILE_HEADERS, DutySerializer, told
from chainhub.api.http import actor
from chainhub.registry.delivering import archive_answer, file_answer
from chainhub.registry.duties import duties_with_model
from chainhub.registry.ingredients import ingredients_below, ingredients_of
from chainhub.registry.models import Alias, Model, ModelVersion
from chainhub.repositories.models import CommitFile


class ShortModelVersionSerializer(serializers.ModelSerializer[ModelVersion]):
    """A version in a list."""

    job = serializers.IntegerField(source="job_id", read_only=True)

    class Meta:
        model = ModelVersion
        fields = ("number", "created_at", "job", "primary_metric", "primary_value")


class ModelSerializer(serializers.ModelSerializer[Model]):
    """A line of versions; those that your organizations received."""

    organization = serializers.CharField(source="organization.slug", read_only=True)
    collaboration = serializers.CharField(source="collaboration.slug", read_only=True)
    versions = ShortModelVersionSerializer(source="received", many=True, read_only=True)
    aliases = serializers.SerializerMethodField()

    class Meta:
        model = Model
        fields = (
            *("organization", "slug", "name", "collaboration", "recipe", "task", "target", "created_at"),
            *("versions", "aliases"),
        )

    def get_aliases(self, model: Model) -> dict[str, int]:
        """Name → version number."""
        return {alias.name: alias.version.number for alias in model.aliases.all()}


class ModelFileSerializer(serializers.ModelSerializer[CommitFile]):
    """A file and its fingerprint."""

    size = serializers.IntegerField(source="blob.size", read_only=True)
    sha256 = serializers.CharField(source="blob.sha256", read_only=True)

    class Meta:
        model = CommitFile
        fields = ("path", "size", "sha256")


class IngredientSerializer(serializers.Serializer[Any]):
    """A dataset version that the model was made of."""

    organization = serializers.CharField(source="organization.slug")
    dataset = serializers.CharField(source="slug", allow_null=True, help_text="null where you may not know of it")
    name = serializers.CharField()
    version = serializers.IntegerField(source="number")
    rows = serializers.IntegerField(allow_null=True)
    commit = serializers.CharField(source="commit_oid")
    licence = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # a field's own word, and the dataset's
    terms = serializers.CharField()


class ModelVersionSerializer(ShortModelVersionSerializer):
    """A version whole: scores, settings, files, origin."""

    commit = serializers.CharField(source="commit.oid", read_only=True)
    files = ModelFileSerializer(source="commit.files", many=True, read_only=True)
    made_of = serializers.SerializerMethodField()
    base_made_of = serializers.SerializerMethodField()
    duties = serializers.SerializerMethodField()

    class Meta:
        model = ModelVersion
        fields = (
            *ShortModelVersionSerializer.Meta.fields,
            "commit",
            "files",
            "made_of",
            "base_made_of",
            "duties",
            "evaluation",
            "config",
            "preprocessing",
        )

    @extend_schema_field(IngredientSerializer(many=True))
    def get_made_of(self, version: ModelVersion) -> list[dict[str, Any]]:
        """Dataset versions with owner, licence and terms."""
        reader = self.context["request"].user
        return list(IngredientSerializer(ingredients_of(version.job, reader=reader), many=True).data)

    @extend_schema_field(IngredientSerializer(many=True))
    def get_base_made_of(self, version: ModelVersion) -> list[dict[str, Any]]:
        """What its base model had learnt from on this hub; empty where it had none, or an imported one."""
        reader = self.context["request"].user
        return list(IngredientSerializer(ingredients_below(version.job, reader=reader), many=True).data)

    @extend_schema_field(DutySerializer(many=True))
    def get_duties(self, version: ModelVersion) -> list[dict[str, Any]]:
        """What you owe the owners of its data once you have taken it along; empty where you owe nothing."""
        return told(duties_with_model(self.context["request"].user, version.job))


class ModelFilter(filters.FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """`?q=` looks in names; `?collaboration=` and `?task=` are exact."""

    q = filters.CharFilter(method="matching", label="Words in the name of model, organization or collaboration")
    collaboration = filters.CharFilter(field_name="collaboration__slug")
    task = filters.CharFilter()

    def matching(self, found: QuerySet[Model], _name: str, words: str) -> QuerySet[Model]:
        """By words."""
        named = Q(name__icontains=words) | Q(organization__name__icontains=words)
        return found.filter(named | Q(collaboration__name__icontains=words))


def _models(request: Request) -> QuerySet[Model]:
    """Those visible, each with the versions that the person's organizations received."""
    received = ModelVersion.objects.visible_to(request.user).defer("config", "preprocessing", "evaluation")
    aliases = Alias.objects.filter(version__in=ModelVersion.objects.visible_to(request.user)).select_related("version")
    return (
        Model.objects.visible_to(request.user)
        .select_related("organization", "collaboration")
        .prefetch_related(
            Prefetch("versions", received.order_by("-number"), to_attr="received"), Prefetch("aliases", aliases)
        )
    )


class Models(generics.ListAPIView[Model]):
    """The models that your organizations received."""

    queryset = Model.objects.none()
    serializer_class = ModelSerializer
    filterset_class = ModelFilter

    def get_queryset(self) -> QuerySet[Model]:
        """Newest first."""
        return _models(self.request).order_by("-created_at", "-pk")


class OneModel(generics.RetrieveAPIView[Model]):
    """A model by its address."""

    queryset = Model.objects.none()
    serializer_class = ModelSerializer

    def get_object(self) -> Model:
        """404 for outsiders."""
        found = _models(self.request)
        return get_object_or_404(found, organization__slug=self.kwargs["organization"], slug=self.kwargs["slug"])


def model_of(view: APIView) -> Model:
    return get_object_or_404(
        Model.objects.visible_to(view.request.user).at(view.kwargs["organization"], view.kwargs["slug"])
    )


def version_of(view: APIView) -> ModelVersion:
    where = (view.kwargs["organization"], view.kwargs["slug"], view.kwargs["number"])
    return get_object_or_404(ModelVersion.objects.visible_to(view.request.user).at(*where))


class OneVersion(generics.RetrieveAPIView[ModelVersion]):
    """A version, with every number behind its plots."""

    queryset = ModelVersion.objects.none()
    serializer_class = ModelVersionSerializer

    def get_object(self) -> ModelVersion:
        """404 where none of your organizations received it."""
        return version_of(self)


class File(APIView):
    """One file of a version."""

    required_scope = Scope.DOWNLOAD

    @extend_schema(
        parameters=FILE_HEADERS,
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
        summary="Download a file",
    )
    def get(self, request: Request, **where: Any) -> HttpResponseBase:
        """Its bytes, in parts too (`Range`); on record as a download."""
        version = version_of(self)
        entry = get_object_or_404(version.commit.files.select_related("blob"), path=where["path"])
        return file_answer(request._request, version, entry, actor=actor(request))  # noqa: SLF001 (DRF has no other way)


class Archive(APIView):
    """All files of a version."""

    required_scope = Scope.DOWNLOAD

    @extend_schema(
        parameters=FILE_HEADERS,
        responses={(200, "application/zip"): OpenApiTypes.BINARY},
        summary="Download every file as ZIP",
    )
    def get(self, request: Request, **where: Any) -> HttpResponseBase:
        """Written as it is sent; on record as a download."""
        return archive_answer(request._request, version_of(self), actor=actor(request))  # noqa: SLF001 (as above)


MODEL = "models/<slug:organization>/<slug:slug>/"
VERSION = f"{MODEL}versions/<int:number>/"

urlpatterns = [
    path("models/", Models.as_view(), name="models"),
    path(MODEL, OneModel.as_view(), name="model"),
    path(VERSION, OneVersion.as_view(), name="model-version"),
    path(f"{VERSION}files/<path:path>", File.as_view(), name="model-file"),
    path(f"{VERSION}download/", Archive.as_view(), name="model-archive"),
]


def register(router: SimpleRouter) -> None:
    """Models have addresses of two parts: see `urlpatterns`."""
