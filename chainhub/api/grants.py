"""REST: who may train on a dataset."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from chainhub.api.fields import OrganizationField, PersonField
from chainhub.api.http import actor
from chainhub.api.policies import TermsField
from chainhub.api.versions import dataset_of
from chainhub.collaborations.models import Collaboration
from chainhub.datasets import services
from chainhub.datasets.models import Grant
from chainhub.policies.permissions import may_set_policy
from chainhub.policies.reading import offered
from chainhub.policies.services import asking, grant_on_terms
from chainhub.policies.services.offering import check_terms


class GrantSerializer(serializers.ModelSerializer[Grant]):
    """A collaboration that may train on the dataset."""

    collaboration = serializers.SlugRelatedField(slug_field="slug", queryset=Collaboration.objects.all())
    organization = OrganizationField(read_only=True, help_text="Null: every participant.")
    terms = TermsField(required=False, help_text="On other terms than those of the dataset's policy: renews the grant.")
    granted_by = PersonField(read_only=True)

    class Meta:
        model = Grant
        fields = ("id", "collaboration", "organization", "needs_approval", "terms", "until", "granted_by", "created_at")
        read_only_fields = ("id", "until", "created_at")


class Grants(mixins.ListModelMixin, GenericViewSet[Grant]):
    """Grants that stand."""

    queryset = Grant.objects.none()
    serializer_class = GrantSerializer

    def get_queryset(self) -> QuerySet[Grant]:
        """Of one dataset, to collaborations that the person may see."""
        standing = dataset_of(self).grants.active().visible_to(self.request.user)
        return standing.select_related("collaboration", "organization", "granted_by").order_by("pk")

    @extend_schema(responses={201: GrantSerializer}, summary="Let a collaboration train on it")
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Sent again with `needs_approval`, it changes whether the owner is asked before each job.

        Without, that is as it stands; of a new grant, as in the terms sent, else in the dataset's policy.
        """
        dataset = dataset_of(self)
        wanted = self.get_serializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        seen = Collaboration.objects.visible_to(request.user)
        collaboration = get_object_or_404(seen, pk=wanted.validated_data["collaboration"].pk)
        # Of a form, what was not sent reads as false; only who names it decides it.
        asks = wanted.validated_data.get("needs_approval") if "needs_approval" in request.data else None
        held = dataset.grants.active().filter(collaboration=collaboration, organization=None).first()
        if "terms" not in wanted.validated_data and held:
            said = held.needs_approval if asks is None else asks
            grant = services.grant_use(dataset, collaboration, actor=actor(request), needs_approval=said)
        else:
            terms = asking(wanted.validated_data.get("terms") or offered(dataset), asks=asks)
            standing = offered(dataset) if may_set_policy(request.user, dataset) else None
            check_terms(terms, actor=actor(request), standing=standing)
            grant = grant_on_terms(dataset, collaboration, actor=actor(request), terms=terms)
        return Response(self.get_serializer(grant).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses={204: OpenApiResponse(description="Taken back.")}, summary="Take a grant back")
    def destroy(self, request: Request, **kwargs: Any) -> Response:
        """No new job may train on it there."""
        services.revoke_grant(self.get_object(), actor=actor(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


BASE = "datasets/<slug:org>/<slug:slug>/grants/"
urlpatterns = [
    path(BASE, Grants.as_view({"get": "list", "post": "create"}), name="dataset-grant-list"),
    path(f"{BASE}<int:pk>/", Grants.as_view({"delete": "destroy"}), name="dataset-grant-detail"),
]
