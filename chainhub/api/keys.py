"""REST: the keys under which an organization's files lie; for its owners."""

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.urls import URLPattern
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.viewsets import GenericViewSet

from chainhub.api.fields import PersonField
from chainhub.api.http import actor
from chainhub.organizations.models import Organization, Role
from chainhub.repositories.models import DataKey
from chainhub.repositories.rotation import rotate_key
from chainhub.repositories.shredding import destroy_key


class KeySerializer(serializers.ModelSerializer[DataKey]):
    """One key; its secret never leaves the hub."""

    made_by = PersonField(read_only=True)
    files = serializers.IntegerField(read_only=True, default=0, help_text="readable files that lie under it now")

    class Meta:
        model = DataKey
        fields = ("number", "created_at", "made_by", "retired_at", "destroyed_at", "files")


class DestroySerializer(serializers.Serializer[Any]):
    """The organization's name, in full."""

    confirmation = serializers.CharField(max_length=200)


class DestroyedSerializer(serializers.Serializer[Any]):
    """What is lost."""

    files = serializers.IntegerField(help_text="files that nobody can read any more")


class Keys(mixins.ListModelMixin, GenericViewSet[DataKey]):
    """The keys of an organization that you own, the newest first."""

    queryset = DataKey.objects.none()
    serializer_class = KeySerializer

    def get_queryset(self) -> QuerySet[DataKey]:
        """Each with the number of its files."""
        found = DataKey.objects.filter(organization=self._organization()).select_related("made_by")
        return found.annotate(files=Count("blobs", filter=Q(blobs__lost=False))).order_by("-number")

    @extend_schema(request=None, responses={201: KeySerializer}, summary="Renew the key")
    @action(detail=False, methods=["post"], pagination_class=None)
    def rotate(self, request: Request, **_kwargs: Any) -> Response:
        """New files get it at once; the stored ones are encrypted anew in the background."""
        key = rotate_key(self._organization(), actor=actor(request))
        return Response(KeySerializer(key).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=DestroySerializer, responses=DestroyedSerializer, summary="Destroy all keys")
    @action(detail=False, methods=["post"], url_path="destroy", url_name="destroy", pagination_class=None)
    def shred(self, request: Request, **_kwargs: Any) -> Response:
        """Every file of the organization becomes unreadable for ever; its datasets are withdrawn."""
        organization, wanted = self._organization(), DestroySerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        count = destroy_key(organization, actor=actor(request), **wanted.validated_data)
        return Response({"files": count})

    def _organization(self) -> Organization:
        owned = Organization.objects.where(self.request.user, Role.OWNER)
        return get_object_or_404(owned, slug=self.kwargs["organization"])


urlpatterns: list[URLPattern] = []


def register(router: SimpleRouter) -> None:
    """Add this noun's viewsets."""
    router.register(r"organizations/(?P<organization>[-\w]+)/keys", Keys, basename="key")
