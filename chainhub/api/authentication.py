"""Who calls the API: a token of a person's, or that person's browser session."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.authentication import SessionAuthentication as BrowserSession
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from chainhub.accounts.models import ApiToken, Scope, User

if TYPE_CHECKING:
    # DRF's settings import this module while its views are still being made.
    from rest_framework.views import APIView

SCHEME = "bearer"
# Knowing that a token is in use does not need a write for each request.
REMEMBER_USE_EVERY = timedelta(minutes=1)


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer chh_…`; whatever is wrong with a token, the answer is the same."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """The token's person; None where the header speaks of something else."""
        scheme, _sep, key = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != SCHEME:
            return None
        token = ApiToken.objects.usable().select_related("user").filter(digest=ApiToken.digest_of(key.strip())).first()
        if token is None:
            raise AuthenticationFailed(_("This token is not valid, or no longer."))
        _remember_use(token)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """Makes DRF answer 401, not 403, to those who are nobody."""
        return 'Bearer realm="ChainHub"'


def _remember_use(token: ApiToken) -> None:
    now = timezone.now()
    before = now - REMEMBER_USE_EVERY
    if token.last_used_at is None or token.last_used_at < before:
        stale = Q(last_used_at=None) | Q(last_used_at__lt=before)
        ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)


class SessionAuthentication(BrowserSession):
    """The browser's session, with CSRF checked."""


class HasScope(BasePermission):
    """Signed in, and the token's scopes cover what is asked.

    Reading needs `read`; changing needs `write`, or what the view names in `required_scope`: `launch` for what
    starts or stops training, `download` for what hands out files (there also for reading).
    """

    message = ""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """A session may do what its person may; a token at most what its scopes say."""
        if not request.user.is_authenticated:
            return False
        if not isinstance(request.auth, ApiToken):
            return True
        scope = needed_scope(request.method or "", view)
        if scope in request.auth.scopes:
            return True
        self.message = _("This token lacks the scope “%(scope)s”.") % {"scope": scope}
        return False


def needed_scope(method: str, view: object) -> str:
    """The scope that a token must have for this method of this view."""
    named: str = getattr(view, "required_scope", "")
    if named == Scope.DOWNLOAD:
        return str(named)
    if method in SAFE_METHODS:
        return str(Scope.READ)
    return str(named or Scope.WRITE)
