"""REST: base models, from which jobs go on whose recipe takes one; a launch names one as `organization/slug`."""

from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import path
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView

from chainhub.accounts.models import Scope
from chainhub.api.fields import OrganizationField, PersonField
from chainhub.api.http import actor
from chainhub.api.models import ModelFileSerializer
from chainhub.api.parsing import QuestionParser
from chainhub.api.predictions import AnswerSerializer, QuestionSerializer, beside, in_words, question_in
from chainhub.bases.delivering import base_file_answer
from chainhub.bases.licences import may_be_passed_on
from chainhub.bases.models import BaseModel, Task
from chainhub.jobs.models import TrainingJob
from chainhub.registry.bases import ask_base
from chainhub.repositories.models import CommitFile
from chainhub.scenarios.bases import CARRIED
from chainhub.scenarios.importing import ask_for_base

# Which job made it, without what it found, which is long.
MAKERS = Prefetch("maker", TrainingJob.objects.only("pk", "made"))


class BaseModelSerializer(serializers.ModelSerializer[BaseModel]):
    """A base model in a list."""

    organization = serializers.CharField(source="organization.slug", read_only=True)
    base = serializers.CharField(source="address", read_only=True, help_text="what a launch gives as `base`")
    source = serializers.CharField(  # type: ignore[assignment]  # a field's own word, and a model's
        source="source_name", read_only=True, help_text="who made it and the package that carried it; or the job"
    )
    licence = serializers.CharField(read_only=True, help_text="“usage-agreement” for what was made here")
    licence_name = serializers.CharField(read_only=True, help_text="as people read it")
    collaboration = serializers.CharField(
        source="collaboration.slug", read_only=True, default=None, help_text="null for what was imported"
    )
    parameters = serializers.IntegerField(read_only=True, allow_null=True, help_text="numbers that were learnt")

    class Meta:
        model = BaseModel
        fields = (
            *("base", "organization", "slug", "name", "task", "source", "licence", "licence_name", "collaboration"),
            "parameters",
            "created_at",
        )


class WholeBaseModelSerializer(BaseModelSerializer):
    """With who imported it, and its files."""

    imported_by = PersonField(read_only=True)
    commit = serializers.CharField(source="commit.oid", read_only=True)
    may_be_downloaded = serializers.SerializerMethodField()
    files = ModelFileSerializer(source="commit.files", many=True, read_only=True)

    class Meta:
        model = BaseModel
        fields = (*BaseModelSerializer.Meta.fields, "imported_by", "commit", "may_be_downloaded", "files")

    def get_may_be_downloaded(self, base: BaseModel) -> bool:
        """Whether the licence lets the hub pass its files on; what was made here is downloaded as a model."""
        return base.collaboration_id is None and may_be_passed_on(base.licence)


class ImportSerializer(serializers.Serializer[Any]):
    """Which base model, and for whom."""

    base = serializers.ChoiceField(sorted(CARRIED))
    organization = OrganizationField(mine=True)


class BaseFilter(filters.FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """`?task=language`, `?collaboration=<slug>` for what it made, `?q=words`."""

    q = filters.CharFilter(method="matching", label="Words in the name, the source or the organization's name")
    task = filters.ChoiceFilter(choices=Task.choices)
    collaboration = filters.CharFilter(field_name="collaboration__slug")
    organization = filters.CharFilter(field_name="organization__slug")

    def matching(self, found: QuerySet[BaseModel], _name: str, words: str) -> QuerySet[BaseModel]:
        """By words."""
        named = Q(name__icontains=words) | Q(source__icontains=words)
        return found.filter(named | Q(organization__name__icontains=words))


class BaseModels(generics.ListAPIView[BaseModel]):
    """What your organizations imported, and what was made in your collaborations and can go on learning."""

    queryset = BaseModel.objects.none()
    serializer_class = BaseModelSerializer
    filterset_class = BaseFilter

    def get_queryset(self) -> QuerySet[BaseModel]:
        """By name."""
        found = BaseModel.objects.visible_to(self.request.user).select_related("organization", "collaboration")
        return found.prefetch_related(MAKERS).order_by("name", "pk")

    @extend_schema(request=ImportSerializer, responses={202: None}, summary="Import a base model")
    def post(self, request: Request) -> Response:
        """One that a package carries, for an organization that you manage; your inbox says when it is there."""
        wanted = ImportSerializer(data=request.data, context={"request": request})
        wanted.is_valid(raise_exception=True)
        asked = wanted.validated_data
        ask_for_base(asked["base"], organization=asked["organization"], actor=actor(request))
        return Response(status=202)


def base_of(view: APIView) -> BaseModel:
    """The one at the address; 404 for outsiders."""
    seen = BaseModel.objects.visible_to(view.request.user)
    return get_object_or_404(seen.at(view.kwargs["organization"], view.kwargs["slug"]))


class OneBaseModel(generics.RetrieveAPIView[BaseModel]):
    """A base model: where it comes from, under which licence, its files with their fingerprints."""

    queryset = BaseModel.objects.none()
    serializer_class = WholeBaseModelSerializer

    def get_object(self) -> BaseModel:
        """With its files in one query."""
        seen = BaseModel.objects.visible_to(self.request.user).at(self.kwargs["organization"], self.kwargs["slug"])
        files = Prefetch("commit__files", CommitFile.objects.select_related("blob").order_by("path"))
        return get_object_or_404(seen.prefetch_related(files, MAKERS))


class BaseFile(APIView):
    """One file of a base model."""

    required_scope = Scope.DOWNLOAD

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}, summary="Download a file")
    def get(self, request: Request, **where: Any) -> HttpResponseBase:
        """Its bytes, in parts too (`Range`), where the licence allows copies; on record as a download."""
        base = base_of(self)
        entry = get_object_or_404(base.commit.files.select_related("blob"), path=where["path"])
        return base_file_answer(request._request, base, entry, actor=actor(request))  # noqa: SLF001 (DRF has no other way)


class BasePredict(APIView):
    """A base model at work, before any job went on from it."""

    required_scope = Scope.DOWNLOAD
    parser_classes = [QuestionParser]

    @extend_schema(request=QuestionSerializer, responses=AnswerSerializer, summary="Ask a base model")
    def post(self, request: Request, **where: Any) -> Response:
        """Up to twenty texts, `{"text": …}` each; what was asked is not kept.

        One that writes answers each, as `text`; `length` (tokens), `temperature` and `seed` may be said. One that reads
        takes two at least, and of each tells its `likeness` to all of them. One that looks at pictures does the same
        with `{"image": …}`, a PNG or JPEG in base64.
        """
        base = base_of(self)
        given, explain = question_in(request)
        answers = ask_base(base, given, actor=actor(request), explain=explain)
        return Response({"predictions": [in_words(one) for one in answers], **beside(base.collaboration)})


BASE = "bases/<slug:organization>/<slug:slug>/"

urlpatterns = [
    path("bases/", BaseModels.as_view(), name="bases"),
    path(BASE, OneBaseModel.as_view(), name="base"),
    path(f"{BASE}predict/", BasePredict.as_view(), name="base-predict"),
    path(f"{BASE}files/<path:path>", BaseFile.as_view(), name="base-file"),
]


def register(router: SimpleRouter) -> None:
    """Base models have addresses of two parts: see `urlpatterns`."""
