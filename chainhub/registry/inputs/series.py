"""Series of numbers, the oldest first: as a list, as pasted text, or as the columns of a table with names above."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_noop

from chainhub.core.errors import InvalidInputError
from chainhub.registry.inputs.common import LONGEST_SHOWN, Check, Row, known_only, pasted_table

MOST_VALUES = 100_000  # of one series, as the trainer has it
VALUES = "values"
BETWEEN = re.compile(r"[\s,;，；、]+")
Json = Mapping[str, Any]


@dataclass(frozen=True)
class SeriesFields:
    """What a forecast is made from."""

    target: str
    others: tuple[str, ...]  # known beside it, at the same steps
    window: int
    horizon: int
    known_ahead: bool  # whether the others are known for the steps ahead, too
    moment: str = ""  # the field that tells when the last value was, where the model reads a calendar


def series_fields(preprocessing: Json) -> SeriesFields:
    """As the model's preprocessing says."""
    fields = preprocessing.get("fields") or ()
    return SeriesFields(
        next((str(one["name"]) for one in fields if one.get("kind") == VALUES), VALUES),
        tuple(str(one["name"]) for one in fields if one.get("kind") == "known"),
        int(preprocessing.get("window") or 1),
        int(preprocessing.get("horizon") or 1),
        bool(preprocessing.get("known_ahead")),
        next((str(one["name"]) for one in fields if one.get("kind") == "moment"), ""),
    )


def checked_series(preprocessing: Json) -> Check:
    """`{"values": [1, 2, …]}`, the other fields by their names."""
    fields = series_fields(preprocessing)
    # A list may also stand under the field's own name, as in the data; what another field is called stays that one's.
    own = tuple(dict.fromkeys((VALUES, fields.target)))
    moment = (fields.moment,) if fields.moment else ()

    def check(number: int, row: Any) -> Row:
        known_only(number, row, tuple(dict.fromkeys((*own, *fields.others, *moment))))
        values = next((row[name] for name in own if row.get(name) is not None), None)
        others = {name: row[name] for name in fields.others if row.get(name) is not None}
        when = {name: _moment(number, name, row[name]) for name in moment if row.get(name) is not None}
        return {name: _list(number, name, value) for name, value in {VALUES: values, **others}.items()} | when

    return check


def _moment(number: int, name: str, value: Any) -> str:
    """A date, which the model reads; it says in a sentence where it is none."""
    if not isinstance(value, str) or len(value) > LONGEST_SHOWN:
        raise InvalidInputError(
            gettext_noop("Row %(row)s: “%(name)s” is a text such as 2026-01-31: when the last value was."),
            field=f"rows.{number}.{name}",
            row=number,
            name=name,
        )
    return value


def _list(number: int, name: str, value: Any) -> list[float]:
    numbers = isinstance(value, list) and 0 < len(value) <= MOST_VALUES and all(map(_is_number, value))
    if not numbers:
        raise InvalidInputError(
            gettext_noop("Row %(row)s: “%(name)s” is a list of 1 to %(most)s numbers, the oldest first."),
            field=f"rows.{number}.{name}",
            row=number,
            name=name,
            most=MOST_VALUES,
        )
    return list(value)


def _is_number(value: Any) -> bool:
    try:
        return not isinstance(value, bool | str) and math.isfinite(value)
    except (TypeError, OverflowError):
        return False


def pasted_series(preprocessing: Json, text: str) -> Row:
    """Numbers between commas, spaces or lines; or a table whose first line names the columns."""
    fields = series_fields(preprocessing)
    if any(_number(one) is not None for one in _parts(text.strip().partition("\n")[0])):
        return {VALUES: pasted_numbers(text, VALUES)}
    lines = [line for line in text.strip().splitlines() if line.strip()]
    if len(lines) < 2:  # noqa: PLR2004 (names and a value)
        raise InvalidInputError(
            gettext_noop("Give numbers, the oldest first, or a table with the fields' names in its first line."),
            field=VALUES,
        )
    return _columns(fields, pasted_table("\n".join(lines), field=VALUES))


def _columns(fields: SeriesFields, table: Sequence[Sequence[str]]) -> Row:
    names = table[0]
    place = 0 if len(names) == 1 else names.index(fields.target) if fields.target in names else None
    if place is None:
        raise InvalidInputError(
            gettext_noop("The first line does not name the field “%(name)s”."), field=VALUES, name=fields.target
        )
    columns = {VALUES: place} | {name: names.index(name) for name in fields.others if name in names}
    told: Row = {name: _column(table[1:], at, names[at]) for name, at in columns.items()}
    place = names.index(fields.moment) if fields.moment and fields.moment in names else len(table[-1])
    if place < len(table[-1]) and table[-1][place].strip():  # an empty cell: answered without the calendar
        told[fields.moment] = table[-1][place]
    return told


def _column(rows: Sequence[Sequence[str]], place: int, name: str) -> list[float]:
    return [_told(row[place] if place < len(row) else "", name, line) for line, row in enumerate(rows, start=1)]


def pasted_numbers(text: str, name: str) -> list[float]:
    """Numbers between commas, spaces or lines; InvalidInputError names the first that is none."""
    return [_told(one, name, place) for place, one in enumerate(_parts(text), start=1)]


def _parts(text: str) -> list[str]:
    return [one for one in BETWEEN.split(text.strip().strip("[]")) if one]


def _told(text: str, name: str, place: int) -> float:
    read = _number(text)
    if read is None:
        raise InvalidInputError(
            gettext_noop("“%(name)s”: value %(place)s, “%(value)s”, is not a number."),
            field=name,
            name=name,
            place=place,
            value=text[:LONGEST_SHOWN],
        )
    return read


def _number(text: str) -> float | None:
    try:
        read = float(text.replace("\u2212", "-"))
    except ValueError:
        return None
    return read if math.isfinite(read) else None
