"""Who calls the API: a token of a person's, or that person's browser session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.authentication import BaseAuthentication
from rest_framework.authentication import SessionAuthentication as BrowserSession
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from chainhub.accounts.models import ApiToken, User

if TYPE_CHECKING:
    # DRF's settings import this module while its views are still being made.
    from rest_framework.views import APIView


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer chh_…`."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        return None


class SessionAuthentication(BrowserSession):
    """The browser's session, with CSRF checked."""


class HasScope(BasePermission):
    """Signed in, and the token's scopes cover what is asked."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return bool(request.user and request.user.is_authenticated)
