"""REST: what organizations agreed on."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import URLPattern
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.routers import SimpleRouter
from rest_framework.viewsets import GenericViewSet

from chainhub.api.fields import PersonField
from chainhub.api.policies import TermsField
from chainhub.core.sentences import render
from chainhub.policies.models import SignedAgreement
from chainhub.policies.pdf import pdf_of
from chainhub.policies.standing import standing_of


class SignedAgreementSerializer(serializers.ModelSerializer[SignedAgreement]):
    """What was agreed: terms, words in both languages, and the SHA-256 of those words in UTF-8."""

    request = serializers.IntegerField(source="request_id", read_only=True)
    provider = serializers.CharField(source="request.dataset.organization.slug")
    consumer = serializers.CharField(source="request.organization.slug")
    provider_person = PersonField(read_only=True)
    consumer_person = PersonField(read_only=True)
    terms = TermsField(read_only=True)
    in_force = serializers.SerializerMethodField()
    standing = serializers.SerializerMethodField()

    class Meta:
        model = SignedAgreement
        fields = (
            "id", "request", "provider", "consumer", "terms", "text", "sha256", "provider_person", "provider_at",
            "consumer_person", "consumer_at", "in_force", "standing", "created_at",
        )  # fmt: skip

    def get_in_force(self, agreement: SignedAgreement) -> bool:
        """Whether it holds now: not taken back, not over, its data not withdrawn, both still there."""
        return standing_of(agreement).holds

    def get_standing(self, agreement: SignedAgreement) -> dict[str, str | None]:
        """`force` (in-force, suspended, ended), since when, and why in words."""
        now = standing_of(agreement)
        since = now.since.isoformat() if now.since else None
        return {"force": now.force.value, "since": since, "why": render(now.why) or None}


class SignedAgreements(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[SignedAgreement]):
    """Agreements of your organizations."""

    queryset = SignedAgreement.objects.none()
    serializer_class = SignedAgreementSerializer

    def get_queryset(self) -> QuerySet[SignedAgreement]:
        """Newest first."""
        seen = SignedAgreement.objects.visible_to(self.request.user)
        found = seen.select_related(
            "request__dataset__organization", "request__organization", "request__collaboration", "grant",
            "provider_person", "consumer_person",
        )  # fmt: skip
        return found if self.action == "pdf" else found.prefetch_related("request__collaboration__participants")

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    @action(methods=["get"], detail=True)
    def pdf(self, request: Request, **kwargs: Any) -> HttpResponse:
        """To print and to file."""
        agreement = self.get_object()
        answer = HttpResponse(pdf_of(agreement), content_type="application/pdf")
        answer["Content-Disposition"] = f'attachment; filename="agreement-{agreement.request_id}.pdf"'
        return answer


urlpatterns: list[URLPattern] = []


def register(router: SimpleRouter) -> None:
    """Agreements stand beside the negotiations that led to them."""
    router.register("agreements", SignedAgreements, basename="signed-agreement")
