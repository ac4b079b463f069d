"""Rows as a page shows them: cells that fit, links that sort, filters that can be taken off again."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chainhub.datasets.viewing.columns import Column
from chainhub.datasets.viewing.questions import Filter, Question
from chainhub.datasets.viewing.sheet import Page, Sheet

MOST_COLUMNS = 40
SHORT = 90
OPERATORS = {
    "has": gettext_lazy("contains"),
    "is": gettext_lazy("is"),
    "not": gettext_lazy("is not"),
    "min": gettext_lazy("from"),
    "max": gettext_lazy("up to"),
    "missing": gettext_lazy("is missing"),
    "known": gettext_lazy("is known"),
}


@dataclass(frozen=True)
class Cell:
    """One value of a row."""

    text: str = ""
    missing: bool = False
    masked: bool = False
    long: bool = False
    number: bool = False


@dataclass(frozen=True)
class Head:
    """A column's head: where a click leads, and how the rows stand now."""

    name: str
    address: str
    order: str = ""  # ascending, descending, or neither
    masked: bool = False


@dataclass(frozen=True)
class Chip:
    """A filter in force, with the address without it."""

    text: str
    address: str


def cell(column: Column, value: Any, *, whole: bool = False) -> Cell:
    """How a value is written; `whole` leaves long texts long."""
    if column.masked:
        return Cell(masked=True)
    if value is None:
        return Cell(missing=True)
    if isinstance(value, bool):
        return Cell(_("yes") if value else _("no"))
    if isinstance(value, bytes):
        return Cell(_("%(count)s bytes") % {"count": len(value)})
    text = str(value)
    long = len(text) > SHORT and not whole
    return Cell(text[:SHORT] + "…" if long else text, long=long, number=column.form == "number")


def address(question: Question, **more: Any) -> str:
    """A link to these rows."""
    rest = "&".join(part for part in (question.query, urlencode(more)) if part)
    return f"?{rest}"


def heads(sheet: Sheet, question: Question, **more: Any) -> list[Head]:
    """Of the columns that fit on a page."""
    return [_head(one, question, more) for one in sheet.cells[:MOST_COLUMNS]]


def _head(column: Column, question: Question, more: dict[str, Any]) -> Head:
    if not column.sortable:
        return Head(column.name, "", masked=column.masked)
    sorted_so = question.sort is not None and question.sort.name == column.name
    down = sorted_so and question.descending
    if down:
        turned = replace(question, sort=None, descending=False)
    else:
        turned = replace(question, sort=column, descending=sorted_so)
    order = "descending" if down else "ascending" if sorted_so else ""
    return Head(column.name, address(turned, **more), order)


def chips(question: Question, **more: Any) -> list[Chip]:
    """What narrows the rows now."""
    found = [Chip(f"“{question.words}”", address(replace(question, words=""), **more))] if question.words else []
    return found + [Chip(_filter_text(one), address(question.without(one), **more)) for one in question.filters]


def _filter_text(one: Filter) -> str:
    return f"{one.column.name} {OPERATORS[one.operator]} {one.written}".strip()


def table(sheet: Sheet, page: Page) -> list[tuple[int, list[Cell]]]:
    """The numbers of rows (from 1) with their cells."""
    shown = sheet.cells[:MOST_COLUMNS]
    return [(row.number, [cell(one, row.values.get(one.name)) for one in shown]) for row in page.rows]


def label_of(sheet: Sheet) -> Column | None:
    """The column that says what a picture shows."""
    name = sheet.shape.get("label") or "label"
    return next((one for one in sheet.cells if one.name == name), None)


def choices(sheet: Sheet) -> list[tuple[str, str]]:
    """Columns that can be asked, for a form."""
    return [(one.name, one.form) for one in sheet.cells if one.operators]
