"""REST: collaborations, their participants and usage agreements."""

from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from chainhub.api import effects
from chainhub.api.fields import OrganizationField, PersonField
from chainhub.api.http import actor
from chainhub.collaborations import agreements, services
from chainhub.collaborations.models import AgreementAcceptance, Collaboration, Participant, UsageAgreement
from chainhub.core.errors import NotAllowedError
from chainhub.organizations.models import Organization
from chainhub.scenarios.catalogue import scenarios


class AcceptanceSerializer(serializers.ModelSerializer[AgreementAcceptance]):
    """Who accepted the text in whose name, and when."""

    organization = serializers.CharField(source="participant.organization.slug", read_only=True)
    accepted_by = PersonField(read_only=True)

    class Meta:
        model = AgreementAcceptance
        fields = ("organization", "accepted_by", "accepted_at")


class AgreementSerializer(serializers.ModelSerializer[UsageAgreement]):
    """One version of the text."""

    acceptances = AcceptanceSerializer(many=True, read_only=True)
    created_by = PersonField(read_only=True)

    class Meta:
        model = UsageAgreement
        fields = ("number", "text", "sha256", "created_by", "created_at", "acceptances")
        read_only_fields = ("number", "sha256", "created_at")


class ParticipantSerializer(serializers.ModelSerializer[Participant]):
    """An organization in the collaboration."""

    organization = OrganizationField(read_only=True)
    accepted_versions = serializers.SerializerMethodField()

    class Meta:
        model = Participant
        fields = ("id", "organization", "status", "accepted_versions", "created_at", "decided_at")

    def get_accepted_versions(self, participant: Participant) -> list[int]:
        """The numbers of the texts that it accepted."""
        return sorted(one.agreement.number for one in participant.acceptances.all())


class CollaborationSerializer(serializers.ModelSerializer[Collaboration]):
    """Organizations working on one goal."""

    initiator = OrganizationField(read_only=True)
    participants = ParticipantSerializer(many=True, read_only=True)

    class Meta:
        model = Collaboration
        fields = ("slug", "name", "goal", "scenario", "initiator", "participants", "created_at", "closed_at")
        read_only_fields = ("slug", "scenario", "created_at", "closed_at")


class NewCollaborationSerializer(serializers.ModelSerializer[Collaboration]):
    """What is needed to open one."""

    organization = OrganizationField(mine=True)
    invited = OrganizationField(many=True, required=False)
    agreement_text = serializers.CharField(max_length=50_000)

    class Meta:
        model = Collaboration
        fields = ("organization", "name", "goal", "scenario", "agreement_text", "invited")

    def validate_scenario(self, slug: str) -> str:
        """One of the catalogue, or none."""
        known = [one.slug for one in scenarios()]
        if slug and slug not in known:
            raise serializers.ValidationError(_("Known scenarios: %(slugs)s.") % {"slugs": ", ".join(known)})
        return slug


class InviteSerializer(serializers.Serializer[Any]):
    """Whom to ask."""

    organization = OrganizationField()


class AcceptSerializer(serializers.Serializer[Any]):
    """The version of the text that was read."""

    version = serializers.IntegerField(min_value=1)


class CollaborationFilter(filters.FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """`?q=` looks in name and goal; `?scenario=`; `?open=true`."""

    q = filters.CharFilter(method="matching", label="Words in name or goal")
    scenario = filters.CharFilter()
    open = filters.BooleanFilter(field_name="closed_at", lookup_expr="isnull")

    def matching(self, found: QuerySet[Collaboration], _name: str, words: str) -> QuerySet[Collaboration]:
        """By words."""
        return found.filter(Q(name__icontains=words) | Q(goal__icontains=words))


class Collaborations(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[Collaboration]):
    """Collaborations of your organizations."""

    queryset = Collaboration.objects.none()
    serializer_class = CollaborationSerializer
    filterset_class = CollaborationFilter
    lookup_field = "slug"

    def get_queryset(self) -> QuerySet[Collaboration]:
        """Invited, taking part, or having taken part."""
        found = Collaboration.objects.visible_to(self.request.user).select_related("initiator")
        return found.prefetch_related("participants__organization", "participants__acceptances__agreement")

    def _shown(self, collaboration: Collaboration, **kwargs: Any) -> Response:
        fresh = self.get_queryset().get(pk=collaboration.pk)
        return Response(CollaborationSerializer(fresh, context=self.get_serializer_context()).data, **kwargs)

    @extend_schema(
        request=NewCollaborationSerializer, responses={201: CollaborationSerializer}, summary="Open a collaboration"
    )
    def create(self, request: Request) -> Response:
        """Your organization takes part at once, under the text that you propose."""
        wanted = NewCollaborationSerializer(data=request.data, context=self.get_serializer_context())
        wanted.is_valid(raise_exception=True)
        made = services.open_collaboration(actor=actor(request), **wanted.validated_data)
        return self._shown(made, status=status.HTTP_201_CREATED)

    @extend_schema(responses=CollaborationSerializer, summary="Change name and goal")
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """For the initiator's owners and admins."""
        collaboration = self.get_object()
        wanted = self.get_serializer(data=request.data, partial=True)
        wanted.is_valid(raise_exception=True)
        now = {"name": collaboration.name, "goal": collaboration.goal, **wanted.validated_data}
        return self._shown(services.change_collaboration(collaboration, actor=actor(request), **now))

    @extend_schema(request=InviteSerializer, responses=CollaborationSerializer)
    @action(methods=["post"], detail=True)
    def invite(self, request: Request, slug: str) -> Response:
        """Ask an organization to take part, or ask it again."""
        collaboration = self.get_object()
        wanted = InviteSerializer(data=request.data, context=self.get_serializer_context())
        wanted.is_valid(raise_exception=True)
        services.invite_organization(collaboration, wanted.validated_data["organization"], actor=actor(request))
        return self._shown(collaboration)

    @extend_schema(request=None, responses=CollaborationSerializer)
    @action(methods=["post"], detail=True)
    def close(self, request: Request, slug: str) -> Response:
        """Nothing new begins in it; models stay with those who received them."""
        return self._shown(services.close_collaboration(self.get_object(), actor=actor(request)))


def _collaboration(view: Any) -> Collaboration:
    """The one that the address names, if the person may see it."""
    return get_object_or_404(Collaboration.objects.visible_to(view.request.user), slug=view.kwargs["collaboration"])


class Agreements(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[UsageAgreement]):
    """The versions of a collaboration's usage agreement, and who accepted which."""

    queryset = UsageAgreement.objects.none()
    serializer_class = AgreementSerializer
    lookup_field = "number"
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[UsageAgreement]:
        """Newest first."""
        texts = _collaboration(self).agreements.select_related("created_by").order_by("-number")
        return texts.prefetch_related("acceptances__participant__organization", "acceptances__accepted_by")

    @extend_schema(responses={201: AgreementSerializer}, summary="Propose a new version")
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The other participants are asked to accept it."""
        collaboration = _collaboration(self)
        wanted = self.get_serializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        text = wanted.validated_data["text"]
        made = agreements.amend_agreement(collaboration, actor=actor(request), text=text)
        return Response(AgreementSerializer(made).data, status=status.HTTP_201_CREATED)


class Participants(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[Participant]):
    """Who takes part; what your organization decides."""

    queryset = Participant.objects.none()
    serializer_class = ParticipantSerializer

    def get_queryset(self) -> QuerySet[Participant]:
        """Everybody in it."""
        found = _collaboration(self).participants.select_related("organization", "collaboration__initiator")
        return found.prefetch_related("acceptances__agreement")

    def _own(self) -> Participant:
        participant = self.get_object()
        if not Organization.objects.of(self.request.user).filter(pk=participant.organization_id).exists():
            raise NotAllowedError("Only owners and admins of %(organization)s may decide this.",
                                  organization=participant.organization.name)  # fmt: skip
        return participant

    def _shown(self, participant: Participant) -> Response:
        return Response(ParticipantSerializer(self.get_queryset().get(pk=participant.pk)).data)

    @extend_schema(request=AcceptSerializer, responses=ParticipantSerializer)
    @action(methods=["post"], detail=True)
    def accept(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Take part under the version that was read."""
        participant = self._own()
        wanted = AcceptSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        text = get_object_or_404(participant.collaboration.agreements, number=wanted.validated_data["version"])
        return self._shown(agreements.accept_agreement(participant, actor=actor(request), agreement=text))

    @extend_schema(request=None, responses=ParticipantSerializer)
    @action(methods=["post"], detail=True)
    def decline(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Do not take part; the collaboration is then no longer shown to you."""
        participant = agreements.decline_invitation(self._own(), actor=actor(request))
        return Response(ParticipantSerializer(participant).data)

    @extend_schema(request=None, responses=ParticipantSerializer)
    @action(methods=["post"], detail=True)
    def leave(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Your data serves no further job of it; models that you received stay."""
        return self._shown(agreements.leave_collaboration(self._own(), actor=actor(request)))

    @extend_schema(responses=effects.EffectsSerializer, summary="What leaving would end")
    @leave.mapping.get
    def leaving(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """For your own organization; nothing is done."""
        return Response(effects.of_leaving(self._own(), request.user))


class DefaultTextSerializer(serializers.Serializer[Any]):
    """A usage agreement to begin with."""

    language = serializers.CharField()
    text = serializers.CharField()


class DefaultText(APIView):
    """What the form of a new collaboration is filled with."""

    @extend_schema(
        parameters=[OpenApiParameter("language", str, enum=[code for code, _name in settings.LANGUAGES])],
        responses=DefaultTextSerializer,
        summary="The default text of a usage agreement",
    )
    def get(self, request: Request) -> Response:
        """In the language named, or else in that of the request; change it and send it as `agreement_text`."""
        known = [code for code, _name in settings.LANGUAGES]
        asked = request.query_params.get("language", "")
        language = asked if asked in known else get_language() or settings.LANGUAGE_CODE
        return Response({"language": language, "text": agreements.default_agreement(language)})


urlpatterns: list[Any] = [path("agreement-text/", DefaultText.as_view(), name="agreement-text")]


def register(router: SimpleRouter) -> None:
    """Add this noun's viewsets."""
    router.register("collaborations", Collaborations, basename="collaboration")
    router.register(r"collaborations/(?P<collaboration>[-\w]+)/agreements", Agreements, basename="agreement")
    router.register(r"collaborations/(?P<collaboration>[-\w]+)/participants", Participants, basename="participant")
