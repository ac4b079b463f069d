"""REST: usage policies of datasets, requests for access and their negotiation, and what was agreed."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.viewsets import GenericViewSet

from chainhub.api.fields import OrganizationField, PersonField
from chainhub.api.http import actor
from chainhub.api.versions import dataset_of
from chainhub.collaborations.models import Collaboration
from chainhub.core.sentences import render
from chainhub.datasets.models import Dataset
from chainhub.policies import odrl, permissions, services
from chainhub.policies.fitting import fitted
from chainhub.policies.models import AccessRequest, Turn, UsagePolicy
from chainhub.policies.names import as_told
from chainhub.policies.parsing import parse_terms
from chainhub.policies.reading import offered
from chainhub.policies.sentences import sentences_of

AS = OpenApiParameter("as", str, enum=["terms", "odrl"], description="odrl: as an ODRL 2.2 policy in JSON-LD")


class TermsField(serializers.JSONField):
    """The fields of the terms; what is left out limits nothing.

    A collaboration that you do not belong to reads `-another-`.
    """

    def to_internal_value(self, data: Any) -> Any:
        """Read and checked; a refusal names the field."""
        return parse_terms(super().to_internal_value(data))

    def to_representation(self, value: Any) -> Any:
        """As stored, but for the names of collaborations that are not the reader's."""
        if not value.get("collaborations"):
            return value
        return {**value, "collaborations": list(as_told(parse_terms(value), known_to(self.context)).collaborations)}


def known_to(context: Mapping[str, Any]) -> QuerySet[Collaboration]:
    """The collaborations that the reader of the answer may see."""
    return Collaboration.objects.visible_to(context["request"].user)


class PolicySerializer(serializers.ModelSerializer[UsagePolicy]):
    """One version of a dataset's usage policy."""

    terms = TermsField()
    sentences = serializers.SerializerMethodField()
    created_by = PersonField(read_only=True)

    class Meta:
        model = UsagePolicy
        fields = ("number", "terms", "sentences", "note", "created_by", "created_at")
        read_only_fields = ("number", "created_at")

    def get_sentences(self, policy: UsagePolicy) -> list[str]:
        """In the language of the request."""
        return [render(one.sentence) for one in sentences_of(policy.said, known=known_to(self.context))]


class Policies(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[UsagePolicy]):
    """On which terms a dataset is offered: every version, the newest first."""

    queryset = UsagePolicy.objects.none()
    serializer_class = PolicySerializer
    lookup_field = "number"

    def get_queryset(self) -> QuerySet[UsagePolicy]:
        """Of one dataset that the person may see."""
        return dataset_of(self).policies.select_related("created_by").order_by("-number")

    @extend_schema(responses={201: PolicySerializer}, summary="Offer a dataset on new terms")
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Grants that stand keep their terms until they are renewed."""
        dataset = dataset_of(self)
        wanted = self.get_serializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        given = wanted.validated_data
        policy = services.set_policy(dataset, given["terms"], actor=actor(request), note=given.get("note", ""))
        return Response(self.get_serializer(policy).data, status=status.HTTP_201_CREATED)

    @extend_schema(parameters=[AS])
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One version; `?as=odrl` for programs that speak ODRL."""
        policy = self.get_object()
        if request.GET.get("as") != "odrl":
            return Response(self.get_serializer(policy).data)
        here = request.build_absolute_uri
        target, owner = here(policy.dataset.get_absolute_url()), here(policy.dataset.organization.get_absolute_url())
        told = as_told(policy.said, known_to({"request": request}))
        return Response(odrl.offer(told, uid=here(request.path), target=target, assigner=owner))


class TurnSerializer(serializers.ModelSerializer[Turn]):
    """One move; `person` is null where the hub moved on because both had said yes."""

    person = serializers.SerializerMethodField()
    terms = TermsField(read_only=True)

    class Meta:
        model = Turn
        fields = ("number", "side", "state", "person", "terms", "note", "at")

    def get_person(self, turn: Turn) -> str | None:
        """By name."""
        return str(turn.person) if turn.person else None


class AccessRequestSerializer(serializers.ModelSerializer[AccessRequest]):
    """A negotiation as it stands, and how it came there."""

    dataset = serializers.SerializerMethodField()
    collaboration = serializers.CharField(source="collaboration.slug")
    organization = OrganizationField(read_only=True)
    requested_by = PersonField(read_only=True)
    turns = TurnSerializer(many=True, read_only=True)
    your_turn = serializers.SerializerMethodField()
    agreement = serializers.SerializerMethodField()

    class Meta:
        model = AccessRequest
        fields = (
            "id", "dataset", "collaboration", "organization", "requested_by", "purpose", "status", "your_turn",
            "turns", "agreement", "created_at", "changed_at",
        )  # fmt: skip

    def get_dataset(self, asked: AccessRequest) -> str:
        """As organization/slug."""
        return f"{asked.dataset.organization.slug}/{asked.dataset.slug}"

    def get_your_turn(self, asked: AccessRequest) -> bool:
        """Whether you could answer now."""
        return asked.pk in self.context["waiting"]

    def get_agreement(self, asked: AccessRequest) -> int | None:
        """Its number, once there is one."""
        return getattr(getattr(asked, "agreement", None), "pk", None)


class NewRequestSerializer(serializers.Serializer[Any]):
    """Who asks for what, what for, and on which terms."""

    dataset = serializers.CharField(help_text="organization/slug")
    collaboration = serializers.SlugField()
    organization = OrganizationField(mine=True)
    purpose = serializers.CharField(max_length=2000)
    terms = TermsField(required=False)
    note = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")


class AnswerSerializer(serializers.Serializer[Any]):
    """`read`: the number of the turn whose terms you have read."""

    read = serializers.IntegerField(min_value=1)
    note = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")


class CounterSerializer(serializers.Serializer[Any]):
    """Other terms."""

    terms = TermsField()
    note = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")


class EndSerializer(serializers.Serializer[Any]):
    """A word with it."""

    note = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")


class AccessRequests(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[AccessRequest]):
    """Requests that your organizations made or received."""

    queryset = AccessRequest.objects.none()
    serializer_class = AccessRequestSerializer
    filterset_fields = ("status",)

    def get_queryset(self) -> QuerySet[AccessRequest]:
        """Newest first."""
        seen = AccessRequest.objects.visible_to(self.request.user).distinct()
        rows = seen.select_related(
            "dataset__organization", "organization", "collaboration", "requested_by", "agreement"
        )
        return rows.prefetch_related("turns__person")

    def get_serializer_context(self) -> dict[str, Any]:
        """With the requests that wait for the person."""
        user = self.request.user
        waiting = AccessRequest.objects.awaiting(user, permissions.PROVIDERS, permissions.CONSUMERS)
        known = user.is_authenticated and not getattr(self, "swagger_fake_view", False)
        return {
            **super().get_serializer_context(),
            "waiting": set(waiting.values_list("pk", flat=True)) if known else (),
        }

    def _shown(self, asked: AccessRequest, code: int = status.HTTP_200_OK) -> Response:
        return Response(self.get_serializer(self.get_queryset().get(pk=asked.pk)).data, status=code)

    @extend_schema(request=NewRequestSerializer, responses={201: AccessRequestSerializer}, summary="Request access")
    def create(self, request: Request) -> Response:
        """The owner is asked, and may accept, decline or propose other terms."""
        given = self._given(NewRequestSerializer)
        owner, _slash, slug = given.pop("dataset").partition("/")
        dataset = get_object_or_404(Dataset.objects.visible_to(request.user), organization__slug=owner, slug=slug)
        seen = Collaboration.objects.visible_to(request.user).distinct()
        collaboration = get_object_or_404(seen, slug=given.pop("collaboration"))
        organization = given.pop("organization")
        given.setdefault("terms", fitted(offered(dataset), [organization], [collaboration]))
        asked = services.request_access(dataset, collaboration, organization, actor=actor(request), **given)
        return self._shown(asked, status.HTTP_201_CREATED)

    @extend_schema(request=AnswerSerializer, responses=AccessRequestSerializer)
    @action(methods=["post"], detail=True)
    def accept(self, request: Request, **kwargs: Any) -> Response:
        """Say yes to the terms that you have read; the grant is made at once."""
        asked = self.get_object()
        return self._shown(services.accept(asked, actor=actor(request), **self._given(AnswerSerializer)))

    @extend_schema(request=CounterSerializer, responses=AccessRequestSerializer)
    @action(methods=["post"], detail=True)
    def counter(self, request: Request, **kwargs: Any) -> Response:
        """Propose other terms."""
        asked, given = self.get_object(), self._given(CounterSerializer)
        return self._shown(services.counter(asked, given["terms"], actor=actor(request), note=given["note"]))

    @extend_schema(request=EndSerializer, responses=AccessRequestSerializer)
    @action(methods=["post"], detail=True)
    def end(self, request: Request, **kwargs: Any) -> Response:
        """Decline, or withdraw what you asked or offered."""
        asked = self.get_object()
        return self._shown(services.terminate(asked, actor=actor(request), **self._given(EndSerializer)))

    def _given(self, kind: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        wanted = kind(data=self.request.data, context=self.get_serializer_context())
        wanted.is_valid(raise_exception=True)
        return dict(wanted.validated_data)


BASE = "datasets/<slug:org>/<slug:slug>/policies/"
urlpatterns = [
    path(BASE, Policies.as_view({"get": "list", "post": "create"}), name="dataset-policies"),
    path(f"{BASE}<int:number>/", Policies.as_view({"get": "retrieve"}), name="dataset-policy"),
]


def register(router: SimpleRouter) -> None:
    """Negotiations; policies stand beneath their dataset."""
    router.register("access-requests", AccessRequests, basename="access-request")
