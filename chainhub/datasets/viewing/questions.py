"""What is asked of the rows: `?q=words&sort=-age&filter=age:min:30&filter=site:is:A&page=2`, checked field by field."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext_noop

from chainhub.core.errors import InvalidInputError
from chainhub.datasets.viewing.columns import WITHOUT_VALUE, Column

PAGE, MOST = 50, 200
MOST_FILTERS = 20
LONGEST = 500
EXACT, LARGEST = 2**53, 2**63  # a number beyond all whole numbers that a file holds is compared as it is


@dataclass(frozen=True)
class Filter:
    """One condition; all of them hold together."""

    column: Column
    operator: str
    value: Any = None
    written: str = ""

    @property
    def text(self) -> str:
        """As it stands in the address."""
        return f"{self.column.name}:{self.operator}" + (f":{self.written}" if self.written else "")


@dataclass(frozen=True)
class Question:
    """Which rows, in which order, which page of them."""

    page: int = 1
    size: int = PAGE
    words: str = ""
    sort: Column | None = None
    descending: bool = False
    filters: tuple[Filter, ...] = ()

    @property
    def narrows(self) -> bool:
        return bool(self.words or self.filters)

    @property
    def is_plain(self) -> bool:
        """Whether the rows can be read where they lie."""
        return not self.narrows and self.sort is None

    @property
    def sort_text(self) -> str:
        return f"{'-' if self.descending else ''}{self.sort.name}" if self.sort else ""

    @property
    def query(self) -> str:
        """The address of this question, but for the page."""
        pairs = [("q", self.words)] * bool(self.words) + [("sort", self.sort_text)] * bool(self.sort)
        return urlencode([*pairs, *(("filter", one.text) for one in self.filters)])

    def without(self, gone: Filter) -> "Question":
        return replace(self, filters=tuple(one for one in self.filters if one != gone), page=1)


def read_question(asked: Any, columns: Sequence[Column], *, size: int = PAGE, most: int = MOST) -> Question:
    """Out of a query string (`getlist` and `get`), with at most `most` rows on a page.

    Raises `InvalidInputError` that names what is wrong.
    """
    known = {column.name: column for column in columns}
    sort = str(asked.get("sort") or "")
    named = sort if sort in known else sort.removeprefix("-")
    filters = [text for text in asked.getlist("filter") if text]
    if len(filters) > MOST_FILTERS:
        raise InvalidInputError(gettext_noop("At most %(most)s filters."), field="filter", most=MOST_FILTERS)
    return Question(
        page=_count(asked.get("page"), 1, 10**9),
        size=_count(asked.get("page_size"), size, most),
        words=str(asked.get("q") or "").strip()[:LONGEST],
        sort=_sortable(known, named) if sort else None,
        descending=named != sort,
        filters=tuple(read_filter(text, known) for text in filters),
    )


def read_filter(text: str, known: dict[str, Column]) -> Filter:
    """`field:operator:value`; a field's name may hold colons itself."""
    # From the right end of the name: the longest field that is known.
    places = [place for place, letter in enumerate(text) if letter == ":"]
    name = next((text[:place] for place in reversed(places) if text[:place] in known), None)
    if name is None:
        wrong = text.split(":", 1)[0][:60]
        raise InvalidInputError(gettext_noop("There is no field “%(name)s”."), field="filter", name=wrong)
    column = known[name]
    operator, _colon, written = text[len(name) + 1 :].partition(":")
    _check_open(column, "filter")
    if operator not in column.operators:
        raise InvalidInputError(
            gettext_noop("“%(name)s” cannot be filtered that way; it takes: %(known)s."),
            field="filter",
            name=name,
            known=", ".join(column.operators),
        )
    written = "" if operator in WITHOUT_VALUE else written[:LONGEST]
    return Filter(column, operator, _value(column, operator, written), written)


def _sortable(known: dict[str, Column], name: str) -> Column:
    column = known.get(name)
    if column is None:
        raise InvalidInputError(gettext_noop("There is no field “%(name)s”."), field="sort", name=name[:60])
    _check_open(column, "sort")
    if not column.sortable:
        raise InvalidInputError(gettext_noop("Pictures have no order."), field="sort")
    return column


def _check_open(column: Column, at: str) -> None:
    """An order or a filter would tell what a masked field holds."""
    if column.masked:
        raise InvalidInputError(
            gettext_noop("“%(name)s” is masked by its owner; rows cannot be asked by it."), field=at, name=column.name
        )


def _value(column: Column, operator: str, written: str) -> Any:
    if operator in WITHOUT_VALUE:
        return None
    if not written:
        raise InvalidInputError(
            gettext_noop("Give a value to compare “%(name)s” with."), field="filter", name=column.name
        )
    if column.form == "boolean":
        return written.lower() in {"true", "yes", "1"}
    if column.form != "number":
        return written
    try:
        number = float(written.replace("\u2212", "-"))
    except ValueError:
        raise InvalidInputError(
            gettext_noop("“%(name)s” holds numbers; “%(value)s” is none."),
            field="filter",
            name=column.name,
            value=written[:60],
        ) from None
    # Long identity numbers are exact only as whole numbers.
    return (
        int(written) if column.whole and EXACT <= abs(number) < LARGEST and written.lstrip("+-").isdigit() else number
    )


def _count(written: Any, usual: int, most: int) -> int:
    try:
        return min(max(int(str(written)), 1), most)
    except ValueError:
        return usual
