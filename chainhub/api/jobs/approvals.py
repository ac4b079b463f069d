"""Data owners' answers."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from chainhub.api.fields import OrganizationField, PersonField
from chainhub.api.http import actor
from chainhub.jobs import services
from chainhub.jobs.models import Approval, TrainingJob


class ApprovalSerializer(serializers.ModelSerializer[Approval]):
    """Who was asked, and what was said."""

    organization = OrganizationField(read_only=True)
    decided_by = PersonField(read_only=True)

    class Meta:
        model = Approval
        fields = ("id", "organization", "status", "spec_hash", "created_at", "decided_by", "decided_at", "note")
        read_only_fields = fields


class NoteSerializer(serializers.Serializer[Any]):
    """A word about it."""

    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class Approvals(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[Approval]):
    """The consent of each data owner who wants to be asked."""

    queryset = Approval.objects.none()
    serializer_class = ApprovalSerializer

    def get_queryset(self) -> QuerySet[Approval]:
        """Of the one job."""
        job = get_object_or_404(TrainingJob.objects.visible_to(self.request.user), pk=self.kwargs["number"])
        return job.approvals.select_related("organization", "decided_by", "job")

    @extend_schema(request=NoteSerializer, responses=ApprovalSerializer)
    @action(methods=["post"], detail=True)
    def approve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Say yes to exactly what the job is now; the last yes queues it."""
        return self._decide(request, approve=True)

    @extend_schema(request=NoteSerializer, responses=ApprovalSerializer)
    @action(methods=["post"], detail=True)
    def decline(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Say no; the job ends."""
        return self._decide(request, approve=False)

    def _decide(self, request: Request, *, approve: bool) -> Response:
        approval = self.get_object()
        wanted = NoteSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        note = wanted.validated_data["note"]
        decided = services.decide_approval(approval, actor=actor(request), approve=approve, note=note)
        return Response(ApprovalSerializer(decided).data)
