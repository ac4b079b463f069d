"""What every endpoint needs: who acts, pages of results, and refusals as problem+json (RFC 9457)."""

from http import HTTPStatus
from json import JSONDecodeError
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from drf_spectacular.utils import OpenApiParameter
from rest_framework import exceptions
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler

from chainhub.accounts.models import User
from chainhub.core.disk import refusal_of
from chainhub.core.errors import DomainError, InvalidInputError, TooLargeError

PROBLEM = "application/problem+json"
LONGEST_KEY = 80

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="Any text of your own, at most 80 characters: the same key sent twice launches once.",
)


class Pages(PageNumberPagination):
    """`?page=2&page_size=50`, at most 200 a page."""

    page_size_query_param = "page_size"
    max_page_size = 200


def actor(request: Request) -> User:
    """The person in whose name the request acts."""
    return request.user  # type: ignore[return-value]  # HasScope let nobody else in


def idempotency_key(request: Request) -> str:
    """The `Idempotency-Key` header, empty where none was sent.

    Raises InvalidInputError where it is too long or not printable ASCII.
    """
    key: str = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > LONGEST_KEY or not (key.isascii() and (not key or key.isprintable())):
        raise InvalidInputError(
            gettext_noop("The Idempotency-Key must be at most %(most)s printable ASCII characters."), most=LONGEST_KEY
        )
    return key


def problem_body(status: int, *, detail: str = "", code: str, errors: Any = None) -> dict[str, Any]:
    """The members of a problem document."""
    title = HTTPStatus(status).phrase
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail or title, "code": code}
    return body if errors is None else {**body, "errors": errors}


def problem(exception: Exception, context: dict[str, Any]) -> Response | None:
    """Any refusal as `application/problem+json`: type, title, status, detail, code, errors."""
    if not isinstance(exception, DomainError):
        exception = refusal_of(exception) or _too_large(exception) or exception
    if isinstance(exception, DomainError):
        errors = {exception.field: [str(exception)]} if exception.field else None
        body = problem_body(exception.status, detail=str(exception), code=exception.code, errors=errors)
        return Response(body, status=exception.status, content_type=PROBLEM)
    answer = exception_handler(exception, context)
    if answer is None:
        return None
    answer.data = _described(_named(exception), answer)
    answer.content_type = PROBLEM
    return answer


def _too_large(exception: Exception) -> DomainError | None:
    """Django's refusal of a body, whose words are for operators."""
    if not isinstance(exception, RequestDataTooBig):
        return None
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 2**20
    return TooLargeError(gettext_noop("A request has at most %(most)s MB; files are uploaded."), most=most)


def _named(exception: Exception) -> Exception:
    """Django's own refusals under DRF's names, as DRF's handler itself sees them."""
    if isinstance(exception, Http404):
        return exceptions.NotFound()
    if isinstance(exception, PermissionDenied):
        return exceptions.PermissionDenied()
    return exception


def _described(exception: Exception, answer: Response) -> dict[str, Any]:
    if isinstance(exception, exceptions.ValidationError):
        detail = _("What was sent does not fit; see errors.")
        return problem_body(answer.status_code, detail=detail, code="invalid", errors=answer.data)
    if isinstance(exception, exceptions.ParseError):
        return problem_body(answer.status_code, detail=_unreadable(exception), code="parse_error")
    detail = getattr(exception, "detail", "")
    code = getattr(detail, "code", None) or getattr(exception, "default_code", "error")
    return problem_body(answer.status_code, detail=str(detail), code=str(code))


def _unreadable(exception: exceptions.ParseError) -> str:
    """Where the body breaks, in the language asked for; the parsers themselves speak English only."""
    broken = exception.__context__
    if isinstance(broken, JSONDecodeError):
        said = _("What was sent is not valid JSON: see line %(line)s, column %(column)s.")
        return said % {"line": broken.lineno, "column": broken.colno}
    if isinstance(broken, ValueError):
        return _("What was sent is not valid JSON: it must be UTF-8, without NaN and infinite numbers.")
    return _("What was sent cannot be read as its Content-Type says.")
