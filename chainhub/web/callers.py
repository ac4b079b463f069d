"""Who calls an address that serves browsers and programs alike, without the API's framework."""

import base64

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.translation import gettext_noop

from chainhub.accounts.models import ApiToken, Scope, User
from chainhub.core.errors import DomainError


class NobodyError(DomainError):
    """Neither a session nor a usable token."""

    code = "not-signed-in"
    status = 401


class NotYoursError(DomainError):
    """The session's request may come from a foreign page, or the token lacks the scope."""

    code = "not-allowed"
    status = 403


def caller_of(request: HttpRequest, *, scope: Scope) -> User:
    """The person in whose name the request acts, by token or by session. Raises `NobodyError` or `NotYoursError`."""
    if key := _key_in(request.headers.get("Authorization", "")):
        return _by_token(key, scope)
    if not request.user.is_authenticated:
        raise NobodyError(gettext_noop("Sign in, or send a token."))
    if _CsrfCheck(_nothing).refuses(request):
        raise NotYoursError(gettext_noop("The page has been open for too long; load it again."))
    return request.user


def _key_in(header: str) -> str:
    """The token of a Bearer header, or the password of a Basic one: git, curl and mlcroissant know only that."""
    scheme, _space, said = header.partition(" ")
    if scheme.lower() == "bearer":
        return said.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        _name, _colon, password = base64.b64decode(said.strip(), validate=True).decode().partition(":")
    except ValueError:
        return "unreadable"
    return password or "none"


def _by_token(key: str, scope: Scope) -> User:
    token = ApiToken.objects.usable().select_related("user").filter(digest=ApiToken.digest_of(key)).first()
    if token is None:
        raise NobodyError(gettext_noop("This token is not valid, or no longer."))
    if scope not in token.scopes:
        raise NotYoursError(gettext_noop("This token lacks the scope “%(scope)s”."), scope=str(scope.value))
    return token.user


def _nothing(_request: HttpRequest) -> HttpResponse:
    return HttpResponse()


class _CsrfCheck(CsrfViewMiddleware):
    """Django's check, asked for by hand: the views are exempt from it because programs carry no cookie."""

    def refuses(self, request: HttpRequest) -> bool:
        self.process_request(request)
        return self.process_view(request, _nothing, (), {}) is not None
