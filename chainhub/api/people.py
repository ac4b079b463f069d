"""REST: the person who calls, and that person's tokens; sessions and decisions are joined here."""

from typing import Any

from django.conf import settings
from django.urls import path
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from chainhub.accounts import services
from chainhub.accounts.models import ApiToken, Scope, User
from chainhub.api import decisions, sessions
from chainhub.api.http import actor
from chainhub.organizations.models import Membership


class SeatSerializer(serializers.ModelSerializer[Membership]):
    """A seat in an organization, seen from the person."""

    organization = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)

    class Meta:
        model = Membership
        fields = ("organization", "role")


class PersonSerializer(serializers.ModelSerializer[User]):
    """The person who calls."""

    language = serializers.ChoiceField(
        choices=settings.LANGUAGES, required=False, allow_blank=True, help_text="Empty: as each browser asks."
    )
    organizations = SeatSerializer(source="memberships", many=True, read_only=True)

    class Meta:
        model = User
        fields = ("email", "name", "language", "organizations")
        read_only_fields = ("email",)


class Me(APIView):
    """Who the hub takes you for."""

    @extend_schema(responses=PersonSerializer, summary="Who am I")
    def get(self, request: Request) -> Response:
        """The person behind the token, and that person's organizations."""
        person = User.objects.prefetch_related("memberships__organization").get(pk=actor(request).pk)
        return Response(PersonSerializer(person).data)

    @extend_schema(request=PersonSerializer, responses=PersonSerializer, summary="Change my profile")
    def patch(self, request: Request) -> Response:
        """Change name or language."""
        wanted = PersonSerializer(data=request.data, partial=True)
        wanted.is_valid(raise_exception=True)
        person = actor(request)
        if "name" in wanted.validated_data:
            services.change_profile(person, name=wanted.validated_data["name"])
        if "language" in wanted.validated_data:
            services.choose_language(person, language=wanted.validated_data["language"])
        return self.get(request)


class TokenSerializer(serializers.ModelSerializer[ApiToken]):
    """A token, without its key."""

    scopes = serializers.ListField(child=serializers.ChoiceField(choices=Scope.choices), allow_empty=False)

    class Meta:
        model = ApiToken
        fields = ("id", "name", "hint", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at")
        read_only_fields = ("hint", "created_at", "last_used_at", "revoked_at")


class IssuedTokenSerializer(TokenSerializer):
    """A token and its key, told once."""

    key = serializers.CharField(read_only=True)

    class Meta:
        model = ApiToken
        fields = (*TokenSerializer.Meta.fields, "key")
        read_only_fields = TokenSerializer.Meta.read_only_fields


class Tokens(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[ApiToken]):
    """Your tokens."""

    queryset = ApiToken.objects.none()
    serializer_class = TokenSerializer

    def get_queryset(self) -> Any:
        """Only one's own."""
        return ApiToken.objects.visible_to(self.request.user).order_by("-pk")

    @extend_schema(responses={201: IssuedTokenSerializer}, summary="Issue a token")
    def create(self, request: Request) -> Response:
        """The key is in the answer and nowhere else. A token issues none that may more or lives longer than itself."""
        wanted = self.get_serializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        by = request.auth if isinstance(request.auth, ApiToken) else None
        token, key = services.issue_token(actor(request), **wanted.validated_data, by=by)
        return Response({**TokenSerializer(token).data, "key": key}, status=status.HTTP_201_CREATED)

    @extend_schema(responses={204: OpenApiResponse(description="Revoked.")}, summary="Revoke a token")
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The token stops working at once; its row stays, for the record."""
        services.revoke_token(self.get_object(), actor=actor(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


urlpatterns = [path("me/", Me.as_view(), name="me"), *sessions.urlpatterns, *decisions.urlpatterns]


def register(router: SimpleRouter) -> None:
    """Add this noun's viewsets."""
    router.register("tokens", Tokens, basename="token")
