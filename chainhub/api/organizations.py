"""REST: organizations, their members, and invitations."""

from typing import Any

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from chainhub.api.fields import OrganizationField, PersonField
from chainhub.api.http import actor
from chainhub.organizations import invitations, permissions, services
from chainhub.organizations.models import COLOURS, Invitation, Membership, Organization, Role, Stage


class OrganizationSerializer(serializers.ModelSerializer[Organization]):
    """A company or institution taking part."""

    name = serializers.CharField(max_length=120)
    colour = serializers.IntegerField(min_value=0, max_value=COLOURS - 1, required=False)

    class Meta:
        model = Organization
        fields = ("slug", "name", "short_name", "stage", "industry", "description", "colour", "created_at")
        read_only_fields = ("slug", "created_at")


class OrganizationFilter(filters.FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """`?q=` looks in names and industry; `?stage=`; `?mine=true`."""

    q = filters.CharFilter(method="matching", label="Words in name or industry")
    stage = filters.ChoiceFilter(choices=Stage.choices)
    mine = filters.BooleanFilter(method="own", label="Only those I belong to")

    def matching(self, found: QuerySet[Organization], _name: str, words: str) -> QuerySet[Organization]:
        """By words."""
        return found.filter(Q(name__icontains=words) | Q(short_name__icontains=words) | Q(industry__icontains=words))

    def own(self, found: QuerySet[Organization], _name: str, wanted: Any) -> QuerySet[Organization]:
        """By membership."""
        return found.filter(memberships__user=self.request.user) if wanted else found


class Organizations(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[Organization]):
    """Organizations on the hub."""

    queryset = Organization.objects.none()
    serializer_class = OrganizationSerializer
    filterset_class = OrganizationFilter
    lookup_field = "slug"

    def get_queryset(self) -> QuerySet[Organization]:
        """All that the person finds."""
        return Organization.objects.visible_to(self.request.user)

    @extend_schema(responses={201: OrganizationSerializer}, summary="Open an organization")
    def create(self, request: Request) -> Response:
        """You become its owner."""
        wanted = self.get_serializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        made = services.create_organization(actor=actor(request), **wanted.validated_data)
        return Response(OrganizationSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses=OrganizationSerializer, summary="Change an organization's profile")
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """For its owners and admins."""
        organization = get_object_or_404(Organization.objects.of(request.user), slug=kwargs["slug"])
        wanted = self.get_serializer(data=request.data, partial=True)
        wanted.is_valid(raise_exception=True)
        changed = services.change_organization(organization, actor=actor(request), **wanted.validated_data)
        return Response(OrganizationSerializer(changed).data)


class MemberSerializer(serializers.ModelSerializer[Membership]):
    """A person's seat."""

    # Required: a change that names no role must not fall back to the lowest one.
    role = serializers.ChoiceField(choices=Role.choices)

    name = PersonField(source="user", read_only=True)
    email = serializers.EmailField(source="user.email", read_only=True)

    class Meta:
        model = Membership
        fields = ("id", "name", "email", "role", "created_at")
        read_only_fields = ("created_at",)


class InvitationSerializer(serializers.ModelSerializer[Invitation]):
    """An open invitation."""

    days = serializers.IntegerField(min_value=1, max_value=90, default=invitations.DAYS, write_only=True)
    invited_by = PersonField(read_only=True)

    class Meta:
        model = Invitation
        fields = ("id", "email", "role", "days", "invited_by", "created_at", "expires_at")
        read_only_fields = ("created_at", "expires_at")


class SentInvitationSerializer(InvitationSerializer):
    """An invitation and its link, told once."""

    link = serializers.URLField(read_only=True)

    class Meta:
        model = Invitation
        fields = (*InvitationSerializer.Meta.fields, "link")
        read_only_fields = InvitationSerializer.Meta.read_only_fields


def _organization(view: Any) -> Organization:
    """The one that the address names, if the person belongs to it; to others its inner life is not there."""
    return get_object_or_404(Organization.objects.of(view.request.user), slug=view.kwargs["organization"])


class Members(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[Membership]):
    """The members of one of your organizations."""

    queryset = Membership.objects.none()
    serializer_class = MemberSerializer

    def get_queryset(self) -> QuerySet[Membership]:
        """Its seats."""
        return _organization(self).memberships.select_related("user")

    @extend_schema(responses=MemberSerializer, summary="Change a member's role")
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The last owner stays owner."""
        seat = self.get_object()
        wanted = self.get_serializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        seat = services.change_role(seat, actor=actor(request), role=wanted.validated_data["role"])
        return Response(MemberSerializer(seat).data)

    @extend_schema(responses={204: OpenApiResponse(description="Removed.")}, summary="Remove a member, or leave")
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One's own seat anybody may leave."""
        services.remove_member(self.get_object(), actor=actor(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class Invitations(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[Invitation]):
    """Open invitations of an organization that you manage."""

    queryset = Invitation.objects.none()
    serializer_class = InvitationSerializer

    def get_queryset(self) -> QuerySet[Invitation]:
        """Those that can still be used."""
        organization = _organization(self)
        if not permissions.may_manage(self.request.user, organization):
            return Invitation.objects.none()
        return organization.invitations.open().select_related("invited_by")

    @extend_schema(responses={201: SentInvitationSerializer}, summary="Invite a person by a link")
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The link is in the answer and nowhere else; with an e-mail address it is also sent there."""
        organization = _organization(self)
        wanted = self.get_serializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        invitation, token = invitations.invite_person(
            organization, actor=actor(request), **{"role": Role.VIEWER, **wanted.validated_data}
        )
        link = request.build_absolute_uri(reverse("web:invitation", args=[token]))
        invitations.mail_invitation(invitation, link)
        return Response({**InvitationSerializer(invitation).data, "link": link}, status=status.HTTP_201_CREATED)

    @extend_schema(responses={204: OpenApiResponse(description="Revoked.")}, summary="Revoke an invitation")
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The link stops working."""
        invitations.revoke_invitation(self.get_object(), actor=actor(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class JoinSerializer(serializers.Serializer[Any]):
    """The last part of an invitation's link."""

    token = serializers.CharField(max_length=80, write_only=True)
    organization = OrganizationField(read_only=True)
    role = serializers.ChoiceField(choices=Role.choices, read_only=True)


class Join(APIView):
    """Accepting an invitation."""

    @extend_schema(request=JoinSerializer, responses=JoinSerializer, summary="Join an organization")
    def post(self, request: Request) -> Response:
        """Take the seat that an invitation offers."""
        wanted = JoinSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        invitation = invitations.open_invitation(wanted.validated_data["token"])
        if invitation is None:
            raise NotFound
        return Response(JoinSerializer(invitations.accept_invitation(invitation, actor=actor(request))).data)


class OfferSerializer(serializers.ModelSerializer[Invitation]):
    """What the link offers."""

    organization = OrganizationField(read_only=True)
    name = serializers.CharField(source="organization.name", read_only=True)
    invited_by = PersonField(read_only=True)
    for_me = serializers.SerializerMethodField(help_text="Whether you may take it: some are for one e-mail address.")

    class Meta:
        model = Invitation
        fields = ("organization", "name", "role", "invited_by", "expires_at", "for_me")
        read_only_fields = fields

    def get_for_me(self, invitation: Invitation) -> bool:
        """By the address of the person who asks."""
        return invitation.email in {"", self.context["request"].user.email.lower()}


class Offer(APIView):
    """An invitation before it is accepted."""

    @extend_schema(responses=OfferSerializer, summary="What an invitation offers")
    def get(self, request: Request, token: str) -> Response:
        """The last part of the link says which; 404 once it was used, revoked, or has expired."""
        invitation = invitations.open_invitation(token)
        if invitation is None:
            raise NotFound
        return Response(OfferSerializer(invitation, context={"request": request}).data)


urlpatterns = [
    path("join/", Join.as_view(), name="join"),
    path("join/<str:token>/", Offer.as_view(), name="invitation-offer"),
]


def register(router: SimpleRouter) -> None:
    """Add this noun's viewsets."""
    router.register("organizations", Organizations, basename="organization")
    router.register(r"organizations/(?P<organization>[-\w]+)/members", Members, basename="member")
    router.register(r"organizations/(?P<organization>[-\w]+)/invitations", Invitations, basename="invitation")
