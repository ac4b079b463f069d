"""REST: a version's profile, what differs between two, going back to one, advising against one."""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from chainhub.api.http import actor
from chainhub.api.versions import VersionSerializer, dataset_of
from chainhub.datasets import permissions, services
from chainhub.datasets.comparing import difference
from chainhub.datasets.disclosure import masked_for, shown_profile
from chainhub.datasets.models import Dataset, DatasetVersion, VersionStatus

LONGEST = 9  # digits of a version's number


class ReasonSerializer(serializers.Serializer[Any]):
    """Why not to use a version."""

    reason = serializers.CharField(max_length=300)


class RestoringSerializer(serializers.Serializer[Any]):
    """What is said about the new version."""

    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class Profiles(GenericViewSet[DatasetVersion]):
    """What the values of a version look like, and what its owner says of it."""

    queryset = DatasetVersion.objects.none()
    serializer_class = VersionSerializer

    def _version(self, dataset: Dataset, number: int) -> DatasetVersion:
        found = DatasetVersion.objects.visible_to(self.request.user).filter(dataset=dataset)
        version = get_object_or_404(found.select_related("created_by", "commit", "restored_from"), number=number)
        version.dataset = dataset
        return version

    def _profile(self, dataset: Dataset, version: DatasetVersion) -> dict[str, Any]:
        if version.profile.get("state") != "ready":
            return {"state": version.profile.get("state", "waiting"), "done": version.profile.get("done", 0)}
        rows = permissions.may_see_rows(self.request.user, dataset)
        return shown_profile(version.profile, rows=rows, masked=masked_for(self.request.user, dataset))

    @extend_schema(responses=OpenApiTypes.OBJECT, summary="Profile of a version")
    def profile(self, request: Request, **kwargs: Any) -> Response:
        """Without rare values for who sees no rows; of masked fields only the gaps. `state` says whether it is done."""
        dataset = dataset_of(self)
        return Response(self._profile(dataset, self._version(dataset, self.kwargs["number"])))

    @extend_schema(
        parameters=[OpenApiParameter("with", int, required=True, description="Another version's number.")],
        responses=OpenApiTypes.OBJECT,
        summary="What differs from another version",
    )
    def differences(self, request: Request, **kwargs: Any) -> Response:
        """Fields that came and went, rows, and the population stability index of each field that both have."""
        dataset = dataset_of(self)
        other = request.query_params.get("with", "")
        if not other.isdecimal() or len(other) > LONGEST:
            raise Http404
        pair = (self._version(dataset, int(other)), self._version(dataset, self.kwargs["number"]))
        if any(one.status != VersionStatus.READY for one in pair):
            raise Http404
        found = difference(*pair, profiles=(self._profile(dataset, pair[0]), self._profile(dataset, pair[1])))
        fields = [
            {"name": one["drift"].name, "index": one["drift"].index, "level": one["drift"].level}
            for one in found["fields"]
        ]
        return Response({**found, "fields": fields})

    @extend_schema(request=RestoringSerializer, responses={201: VersionSerializer}, summary="Restore a version")
    def restore(self, request: Request, **kwargs: Any) -> Response:
        """A new version with the files of this one."""
        version = self._version(dataset_of(self), self.kwargs["number"])
        wanted = RestoringSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        made = services.restore_version(version, actor=actor(request), note=wanted.validated_data["note"])
        return Response(VersionSerializer(made).data, status=201)

    @extend_schema(request=ReasonSerializer, responses=VersionSerializer, summary="Advise against a version")
    def deprecate(self, request: Request, **kwargs: Any) -> Response:
        """It stays usable; whoever chooses it reads the reason."""
        version = self._version(dataset_of(self), self.kwargs["number"])
        wanted = ReasonSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        reason = wanted.validated_data["reason"]
        return Response(
            VersionSerializer(services.deprecate_version(version, actor=actor(request), reason=reason)).data
        )

    @extend_schema(request=None, responses=VersionSerializer, summary="Take the advice against a version back")
    def undeprecate(self, request: Request, **kwargs: Any) -> Response:
        """Undo."""
        version = self._version(dataset_of(self), self.kwargs["number"])
        return Response(VersionSerializer(services.undeprecate_version(version, actor=actor(request))).data)


BASE = "datasets/<slug:org>/<slug:slug>/versions/<int:number>/"
urlpatterns = [
    path(f"{BASE}profile/", Profiles.as_view({"get": "profile"}), name="dataset-version-profile"),
    path(f"{BASE}differences/", Profiles.as_view({"get": "differences"}), name="dataset-version-differences"),
    path(f"{BASE}restore/", Profiles.as_view({"post": "restore"}), name="dataset-version-restore"),
    path(f"{BASE}deprecate/", Profiles.as_view({"post": "deprecate"}), name="dataset-version-deprecate"),
    path(f"{BASE}undeprecate/", Profiles.as_view({"post": "undeprecate"}), name="dataset-version-undeprecate"),
]
