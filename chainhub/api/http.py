"""What every endpoint needs: who acts, pages of results, and refusals as problem+json (RFC 9457)."""

from typing import Any

from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler

from chainhub.accounts.models import User
from chainhub.core.errors import DomainError


class Pages(PageNumberPagination):
    """`?page=2&page_size=50`, at most 200 a page."""

    page_size_query_param = "page_size"
    max_page_size = 200


def actor(request: Request) -> User:
    """The person in whose name the request acts."""
    return request.user  # type: ignore[no-any-return,return-value]


def problem(exception: Exception, context: dict[str, Any]) -> Response | None:
    """Any refusal as `application/problem+json`: type, title, status, detail, code, errors."""
    if isinstance(exception, DomainError):
        body: dict[str, Any] = {"detail": str(exception), "code": exception.code, "status": exception.status}
        if exception.field:
            body["errors"] = {exception.field: [str(exception)]}
        return Response(body, status=exception.status, content_type="application/problem+json")
    answer = exception_handler(exception, context)
    if answer is not None:
        data = answer.data
        detail = data.get("detail") if isinstance(data, dict) else None
        answer.data = {
            "status": answer.status_code,
            "detail": str(detail) if detail else None,
            "code": getattr(exception, "default_code", "error"),
        }
        if not detail:
            answer.data["errors"] = data
        answer.content_type = "application/problem+json"
    return answer
