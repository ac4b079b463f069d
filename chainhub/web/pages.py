"""Long lists in pages."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest


def words_in(request: HttpRequest, name: str = "q") -> str:
    """What a search field asks for; a database takes no NUL."""
    return request.GET.get(name, "").replace("\x00", "").strip()[:100]


def page_of(request: HttpRequest, things: Any, *, per: int = 25) -> Page[Any]:
    """The page of the list that `?page=` asks for; what makes no sense shows the nearest that does."""
    return Paginator(things, per).get_page(request.GET.get("page"))
