"""Long lists in pages."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest


def page_of(request: HttpRequest, things: Any, *, per: int = 25) -> Page[Any]:
    """The page of the list that `?page=` asks for; what makes no sense shows the nearest that does."""
    return Paginator(things, per).get_page(request.GET.get("page"))
