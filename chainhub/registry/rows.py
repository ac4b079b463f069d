"""Rows that people and programs want predicted: read, checked field by field, and refused with the row's number."""

import base64
import binascii
import csv
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_noop

from chainhub.core.errors import InvalidInputError, TooLargeError
from chainhub.registry.models import ModelVersion
from chainhub.registry.prompts import checked_prompt

Row = dict[str, Any]
MOST_ROWS = 1000
DELIMITERS = ",;\t|"
LONGEST_SHOWN = 50


@dataclass(frozen=True)
class Field:
    """What a model takes in one field, as its preprocessing says; nothing here shows anybody's row."""

    name: str
    kind: str  # "number" | "category" | "text"
    values: list[str]  # of a category, as learnt
    typical: str  # the middle of the training part
    low: float | None = None  # where most of the training part lies
    high: float | None = None
    masked: bool = False  # its values may be shown to nobody

    @property
    def is_number(self) -> bool:
        return self.kind == "number"


def is_image(version: ModelVersion) -> bool:
    """Whether the model looks at pictures."""
    return bool(version.preprocessing.get("kind") == "image")


def is_text(version: ModelVersion) -> bool:
    """Whether the model reads texts and tells their kinds apart."""
    return bool(version.preprocessing.get("kind") == "text")


def writes(version: ModelVersion) -> bool:
    """Whether the model answers with a text."""
    return bool(version.preprocessing.get("kind") == "prompt")


def fields_of(version: ModelVersion) -> list[Field]:
    """The fields of a table model in their order."""
    order = {name: place for place, name in enumerate((version.config.get("input") or {}).get("fields") or ())}
    fields = [_field(entry) for entry in version.preprocessing.get("fields") or ()]
    return sorted(fields, key=lambda field: order.get(field.name, len(order)))


def _field(entry: Mapping[str, Any]) -> Field:
    if entry["kind"] == "text":
        return Field(entry["name"], "text", [], "", masked=bool(entry.get("masked")))
    if entry.get("masked"):
        return Field(entry["name"], entry["kind"], [], "", masked=True)
    if entry["kind"] == "category":
        return Field(entry["name"], "category", list(entry["values"]), str(entry.get("typical") or ""))
    low, high = entry.get("low"), entry.get("high")
    return Field(entry["name"], "number", [], f"{entry['fill']:.4g}", low, high)


def checked_rows(version: ModelVersion, rows: Any) -> list[Row]:
    """The rows as the model takes them; InvalidInputError names the row and the field at fault."""
    check = _checked_picture if is_image(version) else checked_prompt if writes(version) else _checked_fields(version)
    return [check(number, row) for number, row in enumerate(listed(rows, most=MOST_ROWS), start=1)]


def listed(rows: Any, *, most: int) -> Sequence[Any]:
    """What was sent, as a list of at least one and at most so many rows; InvalidInputError for anything else."""
    if isinstance(rows, Mapping):
        return [rows]
    if not isinstance(rows, Sequence) or isinstance(rows, str | bytes) or not rows:
        raise InvalidInputError(gettext_noop("Send a list of rows, each with its fields by name."), field="rows")
    if len(rows) > most:
        raise TooLargeError(
            gettext_noop("At most %(most)s rows can be predicted at a time; these are %(given)s."),
            field="rows",
            most=most,
            given=len(rows),
        )
    return rows


def _checked_fields(version: ModelVersion) -> Any:
    fields = fields_of(version)
    known = {field.name for field in fields}

    def check(number: int, row: Any) -> Row:
        if not isinstance(row, Mapping):
            raise InvalidInputError(
                gettext_noop("Row %(row)s is not an object of fields."), field=f"rows.{number}", row=number
            )
        if unknown := next((name for name in row if name not in known), None):
            raise InvalidInputError(
                gettext_noop("Row %(row)s: the model takes no field “%(name)s”. It takes: %(known)s."),
                field=f"rows.{number}.{unknown}",
                row=number,
                name=str(unknown)[:LONGEST_SHOWN],
                known=", ".join(field.name for field in fields),
            )
        return {field.name: _checked_value(number, field, row.get(field.name)) for field in fields}

    return check


def _checked_value(number: int, field: Field, value: Any) -> Any:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if not field.is_number:
        if isinstance(value, Mapping | list):
            raise _misfit(number, field, value, gettext_noop("Row %(row)s, “%(name)s”: “%(value)s” is not a text."))
        return value
    try:
        read = float(value.strip().replace("\u2212", "-") if isinstance(value, str) else value)
    except (TypeError, ValueError, OverflowError):
        read = math.nan
    if not math.isfinite(read) or isinstance(value, bool):
        raise _misfit(number, field, value, gettext_noop("Row %(row)s, “%(name)s”: “%(value)s” is not a number."))
    return read


def _misfit(number: int, field: Field, value: Any, text: str) -> InvalidInputError:
    return InvalidInputError(
        text,
        field=f"rows.{number}.{field.name}",
        row=number,
        name=field.name,
        value=str(value)[:LONGEST_SHOWN],
    )


def _checked_picture(number: int, row: Any) -> Row:
    if isinstance(row, Mapping) and set(row) == {"pixels"} and isinstance(row["pixels"], list):
        return {"pixels": row["pixels"]}
    if isinstance(row, Mapping) and set(row) == {"image"} and isinstance(row["image"], str):
        content = row["image"].partition("base64,")[2] or row["image"]
        try:
            base64.b64decode(content, validate=True)
        except (binascii.Error, ValueError):
            content = ""
        if content:
            return {"image": content}
    raise InvalidInputError(
        gettext_noop("Row %(row)s: a picture is given as “image” (a PNG or JPEG in base64) or as “pixels” (numbers)."),
        field=f"rows.{number}",
        row=number,
    )


@dataclass(frozen=True)
class Pasted:
    """Rows out of pasted text, and which of their columns the model does not know or misses."""

    rows: list[Row]
    ignored: list[str]
    absent: list[str]


def pasted_rows(version: ModelVersion, text: str) -> Pasted:
    """CSV (or cells copied from a spreadsheet) with a first line of field names."""
    lines = text.strip().splitlines()
    if len(lines) < 2:  # noqa: PLR2004 (names and a row)
        raise InvalidInputError(
            gettext_noop("Paste a first line with the fields' names and at least one row below it."), field="text"
        )
    delimiter = max(DELIMITERS, key=lines[0].count)
    table = [[value.strip() for value in row] for row in _records(text.strip(), delimiter)]
    names, rows = table[0], table[1:]
    known = [field.name for field in fields_of(version)]
    if not set(names) & set(known):
        raise InvalidInputError(
            gettext_noop("The first line names none of the model's fields: %(known)s."),
            field="text",
            known=", ".join(known),
        )
    for number, row in enumerate(rows, start=1):
        if len(row) != len(names):
            raise InvalidInputError(
                gettext_noop("Row %(row)s has %(given)s values, the first line %(wanted)s names."),
                field="text",
                row=number,
                given=len(row),
                wanted=len(names),
            )
    taken = [{name: value for name, value in zip(names, row, strict=True) if name in known} for row in rows if any(row)]
    return Pasted(taken, [name for name in names if name not in known], [name for name in known if name not in names])


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    except csv.Error as error:
        raise InvalidInputError(
            gettext_noop("The pasted text cannot be read as CSV: %(reason)s"), field="text", reason=str(error)
        ) from None
