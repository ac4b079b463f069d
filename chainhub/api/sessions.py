"""REST: the browsers in which the person is signed in."""

from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView

from chainhub.api.http import actor

ENDED = {204: OpenApiResponse(description="Signed out.")}


class SessionSerializer(serializers.Serializer[Any]):
    """A browser that is signed in as you."""

    id = serializers.IntegerField(source="pk")
    ip = serializers.CharField()
    user_agent = serializers.CharField(help_text="What the browser says of itself.")
    created_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField(help_text="To the minute.")
    current = serializers.SerializerMethodField(help_text="Whether it is this browser; a token is none.")

    def get_current(self, session: UserSession) -> bool:
        """By the key of the request's own session."""
        return bool(session.session_key == self.context["key"])


class Sessions(APIView):
    """Where you are signed in."""

    @extend_schema(responses=SessionSerializer(many=True), summary="Where I am signed in")
    def get(self, request: Request) -> Response:
        """The latest first; sessions that ended by themselves are not there."""
        # Not allauth's purge_and_list, which asks the database once for each session.
        alive = Session.objects.filter(expire_date__gt=timezone.now())
        found = UserSession.objects.filter(user=actor(request), session_key__in=alive.values("session_key"))
        found = found.order_by("-last_seen_at", "-pk")
        return Response(SessionSerializer(found, many=True, context={"key": _own_key(request)}).data)

    @extend_schema(responses=ENDED, operation_id="me_sessions_destroy_others", summary="Sign out everywhere else")
    def delete(self, request: Request) -> Response:
        """Every browser but the one that asks; asked by a token, every browser."""
        for session in UserSession.objects.filter(user=actor(request)).exclude(session_key=_own_key(request)):
            session.end()
        return Response(status=status.HTTP_204_NO_CONTENT)


class OneSession(APIView):
    """One of them."""

    @extend_schema(responses=ENDED, summary="Sign a browser out")
    def delete(self, request: Request, pk: int) -> Response:
        """It is signed out with its next request."""
        get_object_or_404(UserSession.objects.filter(user=actor(request)), pk=pk).end()
        return Response(status=status.HTTP_204_NO_CONTENT)


def _own_key(request: Request) -> str:
    return request.session.session_key or ""


urlpatterns = [
    path("me/sessions/", Sessions.as_view(), name="sessions"),
    path("me/sessions/<int:pk>/", OneSession.as_view(), name="session"),
]


def register(router: SimpleRouter) -> None:
    """See `urlpatterns`."""
