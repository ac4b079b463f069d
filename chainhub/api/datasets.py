"""REST: datasets. Their versions and files, grants, and uploads have modules of their own, joined here."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.urls import path
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.viewsets import GenericViewSet

from chainhub.api import croissant, dataset_fields, effects, grants, profiles, reads, rows, uploads, versions
from chainhub.api.catalogue import DatasetFilter, InCatalogue
from chainhub.api.duties import DutySerializer, told
from chainhub.api.fields import OrganizationField, PersonField
from chainhub.api.http import actor
from chainhub.api.uploads import SEVERAL, ReferenceSerializer, brought
from chainhub.datasets import permissions, services
from chainhub.datasets.cardparts import missing_parts
from chainhub.datasets.licences import spdx_names
from chainhub.datasets.models import Dataset, Kind, Visibility
from chainhub.datasets.services.cards import CARD_FIELDS
from chainhub.policies.duties import duties_with


class DatasetSerializer(serializers.ModelSerializer[Dataset]):
    """A dataset's card and its state."""

    organization = OrganizationField(read_only=True)
    created_by = PersonField(read_only=True)
    version = serializers.IntegerField(source="ready_number", read_only=True, help_text="The newest usable version.")
    rows = serializers.IntegerField(source="ready_rows", read_only=True)
    newest_status = serializers.CharField(read_only=True, help_text="inspecting, ready or refused")
    grants = serializers.IntegerField(
        source="grant_count",
        read_only=True,
        help_text="Collaborations that may train on it, as far as you may know of them.",
    )
    spdx = serializers.SerializerMethodField(help_text="Licences of the card by their SPDX names.")
    card_lacks = serializers.SerializerMethodField(
        help_text="What a complete card would also say: summary, about, collection, limits, citation, licence, source, "
        "en, zh."
    )

    class Meta:
        model = Dataset
        fields: tuple[str, ...] = (
            "id", "organization", "slug", "name", "kind", *CARD_FIELDS[1:], "target", "identifiers", "visibility",
            "version", "rows", "newest_status", "grants", "created_by", "created_at", "withdrawn_at",
            "withdrawn_reason", "spdx", "card_lacks",
        )  # fmt: skip
        read_only_fields = ("id", "slug", "kind", "created_at", "withdrawn_at", "withdrawn_reason")

    def get_spdx(self, dataset: Dataset) -> list[str]:
        """Empty where a licence is told in other words."""
        return spdx_names(dataset.licence)

    def get_card_lacks(self, dataset: Dataset) -> list[str]:
        """Empty where nothing lacks."""
        return missing_parts(dataset)


class DatasetWithDutiesSerializer(DatasetSerializer):
    """The same of a single dataset, with what you owe once you have taken its files or rows along."""

    duties = serializers.SerializerMethodField()

    class Meta(DatasetSerializer.Meta):
        fields = (*DatasetSerializer.Meta.fields, "duties")

    @extend_schema_field(DutySerializer(many=True))
    def get_duties(self, dataset: Dataset) -> list[dict[str, Any]]:
        """Empty where you owe nothing, as for your own."""
        return told(duties_with(self.context["request"].user, dataset))


class NewDatasetSerializer(serializers.ModelSerializer[Dataset]):
    """A finished upload, or several, and how it is to be called."""

    organization = OrganizationField(mine=True)
    upload = serializers.UUIDField(required=False)
    uploads = serializers.ListField(child=serializers.UUIDField(), required=False, help_text=SEVERAL)
    reference = ReferenceSerializer(required=False)
    kind = serializers.ChoiceField(choices=Kind.choices, required=False, allow_blank=True)
    identifiers = serializers.ListField(child=serializers.CharField(max_length=200), required=False)
    visibility = serializers.ChoiceField(choices=Visibility.choices, required=False)

    class Meta:
        model = Dataset
        fields = (
            "organization", "upload", "uploads", "reference", *CARD_FIELDS, "kind", "target", "identifiers",
            "visibility",
        )  # fmt: skip


class ChangedDatasetSerializer(serializers.ModelSerializer[Dataset]):
    """Any part of the card, the roles of fields, or who sees it."""

    identifiers = serializers.ListField(child=serializers.CharField(max_length=200), required=False)

    class Meta:
        model = Dataset
        fields = (*CARD_FIELDS, "target", "identifiers", "visibility")
        extra_kwargs = {"name": {"required": False}}


class WithdrawalSerializer(serializers.Serializer[Any]):
    """Why it is withdrawn."""

    reason = serializers.CharField(max_length=300, required=False, allow_blank=True)


class Datasets(InCatalogue, mixins.RetrieveModelMixin, GenericViewSet[Dataset]):
    """Registered data."""

    queryset = Dataset.objects.none()
    serializer_class = DatasetSerializer
    filterset_class = DatasetFilter
    lookup_field = "slug"

    def get_queryset(self) -> QuerySet[Dataset]:
        """Those whose card the person may see."""
        found = Dataset.objects.visible_to(self.request.user)
        if owner := self.kwargs.get("org"):
            return found.for_catalogue(self.request.user).select_related("created_by").filter(organization__slug=owner)
        return found

    def get_serializer_class(self) -> type[DatasetSerializer]:
        """A single one is told with duties: they are asked for one by one."""
        return DatasetWithDutiesSerializer if self.action == "retrieve" else DatasetSerializer

    def _answer(self, dataset: Dataset, code: int = status.HTTP_200_OK) -> Response:
        fresh = Dataset.objects.for_catalogue(self.request.user).select_related("created_by").get(pk=dataset.pk)
        return Response(DatasetSerializer(fresh, context=self.get_serializer_context()).data, status=code)

    @extend_schema(request=NewDatasetSerializer, responses={201: DatasetSerializer}, summary="Register a dataset")
    def create(self, request: Request) -> Response:
        """Its first version is inspected in the background: watch `newest_status`."""
        wanted = NewDatasetSerializer(data=request.data, context=self.get_serializer_context())
        wanted.is_valid(raise_exception=True)
        asked = dict(wanted.validated_data)
        asked |= brought(request, asked, asked["organization"])
        return self._answer(services.register_dataset(actor=actor(request), **asked), 201)

    @extend_schema(request=ChangedDatasetSerializer, responses=DatasetSerializer, summary="Change a dataset")
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Card, target and identifiers, visibility: what is not named stays."""
        dataset = self.get_object()
        wanted = ChangedDatasetSerializer(dataset, data=request.data, partial=True)
        wanted.is_valid(raise_exception=True)
        asked = dict(wanted.validated_data)
        if "visibility" in asked:
            services.change_visibility(dataset, actor=actor(request), visibility=asked.pop("visibility"))
        if {"target", "identifiers"} & set(asked):
            target, names = asked.pop("target", dataset.target), asked.pop("identifiers", dataset.identifiers)
            services.set_roles(dataset, actor=actor(request), target=target, identifiers=names)
        services.update_card(dataset, actor=actor(request), **asked)
        return self._answer(dataset)

    @extend_schema(responses={204: OpenApiResponse(description="Discarded.")}, summary="Discard an unusable dataset")
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Only one that never had a usable version; any other is withdrawn."""
        services.discard_dataset(self.get_object(), actor=actor(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses=effects.EffectsSerializer, summary="What withdrawing would end")
    def withdrawal(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """For those who may withdraw it; nothing is done."""
        dataset = self.get_object()
        if not permissions.may_withdraw(request.user, dataset):
            raise PermissionDenied
        return Response(effects.of_withdrawing(dataset, request.user))

    @extend_schema(request=WithdrawalSerializer, responses=DatasetSerializer, summary="Withdraw a dataset")
    def withdraw(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """No new job may use it; restoring undoes that."""
        wanted = WithdrawalSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        reason = wanted.validated_data.get("reason", "")
        return self._answer(services.withdraw_dataset(self.get_object(), actor=actor(request), reason=reason))

    @extend_schema(request=None, responses=DatasetSerializer, summary="Restore a withdrawn dataset")
    def restore(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Undo a withdrawal."""
        return self._answer(services.restore_dataset(self.get_object(), actor=actor(request)))


ONE = "datasets/<slug:org>/<slug:slug>/"
urlpatterns = [
    path("datasets/", Datasets.as_view({"get": "list", "post": "create"}), name="dataset-list"),
    path("datasets/facets/", Datasets.as_view({"get": "facets"}), name="dataset-facets"),
    path(
        ONE,
        Datasets.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
        name="dataset-detail",
    ),
    path(f"{ONE}withdraw/", Datasets.as_view({"get": "withdrawal", "post": "withdraw"}), name="dataset-withdraw"),
    path(f"{ONE}restore/", Datasets.as_view({"post": "restore"}), name="dataset-restore"),
    *dataset_fields.urlpatterns,
    *versions.urlpatterns,
    *croissant.urlpatterns,
    *rows.urlpatterns,
    *profiles.urlpatterns,
    *reads.urlpatterns,
    *grants.urlpatterns,
    *uploads.urlpatterns,
]


def register(router: SimpleRouter) -> None:
    """All addresses of this noun stand in `urlpatterns`: a dataset is named by owner and slug."""
