"""REST: what waits for the person's decision."""

from collections.abc import Iterator
from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView

from chainhub.accounts.models import User
from chainhub.api.http import actor
from chainhub.collaborations.models import Participant
from chainhub.jobs.models import Approval
from chainhub.organizations.permissions import MANAGERS, STEWARDS
from chainhub.policies.models import AccessRequest
from chainhub.policies.permissions import CONSUMERS, PROVIDERS


class DecisionSerializer(serializers.Serializer[Any]):
    """What is asked of which of your organizations, and where to answer."""

    kind = serializers.CharField(help_text="agreement, approval or access")
    organization = serializers.CharField(help_text="The slug of your organization that is asked.")
    about = serializers.CharField(help_text="The name of the collaboration, job or dataset.")
    id = serializers.IntegerField(help_text="Of the participant, the approval or the access request.")
    since = serializers.DateTimeField()
    url = serializers.CharField(help_text="The page of what it is about; below /api/v1 it is the same.")


class Decisions(APIView):
    """Invitations, changed agreements, jobs that ask to train on your data, and negotiations over access."""

    @extend_schema(responses=DecisionSerializer(many=True), summary="What waits for my decision")
    def get(self, request: Request) -> Response:
        """Only what you may decide yourself; the oldest of each kind first."""
        return Response(DecisionSerializer(list(_waiting(actor(request))), many=True).data)


def _waiting(user: User) -> Iterator[dict[str, Any]]:
    asked = Participant.objects.awaiting(user, MANAGERS).select_related("organization", "collaboration")
    for one in asked.order_by("pk"):
        yield _row("agreement", one, one.organization, one.collaboration)
    approvals = Approval.objects.awaiting(user, STEWARDS).select_related("organization", "job")
    for approval in approvals.order_by("pk"):
        yield _row("approval", approval, approval.organization, approval.job)
    requests = AccessRequest.objects.awaiting(user, PROVIDERS, CONSUMERS)
    mine = set(user.memberships.values_list("organization", flat=True))
    for wish in requests.select_related("organization", "dataset__organization").order_by("pk"):
        owner = wish.dataset.organization
        yield _row("access", wish, owner if owner.pk in mine else wish.organization, wish.dataset)


def _row(kind: str, thing: Any, organization: Any, about: Any) -> dict[str, Any]:
    return {
        "kind": kind,
        "organization": organization.slug,
        "about": str(about),
        "id": thing.pk,
        "since": thing.created_at,
        "url": about.get_absolute_url(),
    }


urlpatterns = [path("decisions/", Decisions.as_view(), name="decisions")]


def register(router: SimpleRouter) -> None:
    """See `urlpatterns`."""
