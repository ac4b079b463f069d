"""Rows that people and programs want predicted: read, checked field by field, and refused with the row's number."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_noop

from chainhub.core.errors import InvalidInputError, TooLargeError
from chainhub.registry.inputs.common import LONGEST_SHOWN, Check, Row, given, known_only, pasted_table
from chainhub.registry.inputs.molecules import checked_molecule
from chainhub.registry.inputs.pictures import checked_picture, picture_and
from chainhub.registry.inputs.series import checked_series
from chainhub.registry.models import ModelVersion
from chainhub.registry.prompts import checked_prompt

MOST_ROWS = 1000
LEAST_WRITTEN_OUT = 1e-6  # below this a power of ten, as on pages (web.formats)
# Each of these takes a second or so of a node, and the asker waits for all.
MOST_OF = {"boxes": 10, "restore": 5, "create": 5, "prompt": 100, "hidden": 100, "question": 100, "series": 100}


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


def kind_of(version: ModelVersion) -> str:
    """What it is asked: table, image, text, prompt, boxes, restore, create, series, molecule or question."""
    return str(version.preprocessing.get("kind") or "")


def is_image(version: ModelVersion) -> bool:
    """Whether the model looks at pictures."""
    return kind_of(version) == "image"


def is_text(version: ModelVersion) -> bool:
    """Whether the model reads texts and tells their kinds apart."""
    return kind_of(version) == "text"


def writes(version: ModelVersion) -> bool:
    """Whether the model answers with a text."""
    return kind_of(version) == "prompt"


def fields_of(version: ModelVersion) -> list[Field]:
    """The fields of a table model in their order."""
    order = {name: place for place, name in enumerate((version.config.get("input") or {}).get("fields") or ())}
    fields = [_field(entry) for entry in version.preprocessing.get("fields") or ()]
    return sorted(fields, key=lambda field: order.get(field.name, len(order)))


def _field(entry: Mapping[str, Any]) -> Field:
    if entry["kind"] not in ("number", "category"):
        return Field(entry["name"], "text", [], "", masked=bool(entry.get("masked")))
    if entry.get("masked"):
        return Field(entry["name"], entry["kind"], [], "", masked=True)
    if entry["kind"] == "category":
        return Field(entry["name"], "category", list(entry["values"]), str(entry.get("typical") or ""))
    low, high = entry.get("low"), entry.get("high")
    return Field(entry["name"], "number", [], in_four_digits(entry["fill"]), low, high)


def in_four_digits(value: float) -> str:
    """As a person would type it: 12.35, 69280 rather than 6.928e+04, 0.00003 rather than 3e-05."""
    rounded = float(f"{value:.4g}") or 0.0  # of minus nothing, too
    if LEAST_WRITTEN_OUT <= abs(rounded) < 1:
        return f"{rounded:.9f}".rstrip("0")
    return f"{rounded:.15g}"


def checked_rows(version: ModelVersion, rows: Any) -> list[Row]:
    """The rows as the model takes them; InvalidInputError names the row and the field at fault."""
    kind = kind_of(version)
    check = _check_of(version, kind)
    return [check(number, row) for number, row in enumerate(listed(rows, most=most_rows(kind)), start=1)]


def most_rows(kind: str) -> int:
    """So many may be asked at a time."""
    return MOST_OF.get(kind, MOST_ROWS)


def _check_of(version: ModelVersion, kind: str) -> Check:
    checks: dict[str, Callable[[], Check]] = {
        "image": lambda: checked_picture,
        "boxes": lambda: picture_and(["threshold"]),
        "restore": lambda: picture_and(["noise"]),
        "prompt": lambda: checked_prompt,
        "question": lambda: lambda number, row: checked_prompt(number, row, known=("text",)),
        "hidden": lambda: lambda number, row: checked_prompt(number, row, known=("text",)),
        "series": lambda: checked_series(version.preprocessing),
        "molecule": lambda: checked_molecule(version.preprocessing),
        "create": lambda: _checked_order(version),
    }
    return checks[kind]() if kind in checks else _checked_fields(version)


def labels_drawn(version: ModelVersion) -> list[str]:
    """The kinds of pictures that can be asked for one by one."""
    return [str(label) for label in version.preprocessing.get("labels") or ()]


def _checked_order(version: ModelVersion) -> Check:
    known = ("count", "seed", *(["label"] if labels_drawn(version) else []))
    return lambda number, row: given(known_only(number, row, known), known)


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


def _checked_fields(version: ModelVersion) -> Check:
    fields = fields_of(version)
    known = [field.name for field in fields]

    def check(number: int, row: Any) -> Row:
        known_only(number, row, known)
        return {field.name: _checked_value(number, field, row.get(field.name)) for field in fields}

    return check


def _checked_value(number: int, field: Field, value: Any) -> Any:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if not field.is_number:
        if isinstance(value, Mapping | list):
            raise _misfit(number, field, value, gettext_noop("Row %(row)s, “%(name)s”: “%(value)s” is not a text."))
        return value
    read = number_in(value)
    if read is None:
        raise _misfit(number, field, value, gettext_noop("Row %(row)s, “%(name)s”: “%(value)s” is not a number."))
    return read


def number_in(value: Any) -> float | None:
    """A number as people and programs write it; None where it is none."""
    try:
        read = float(value.strip().replace("\u2212", "-") if isinstance(value, str) else value)
    except (TypeError, ValueError, OverflowError):
        return None
    return None if isinstance(value, bool) or not math.isfinite(read) else read


def _misfit(number: int, field: Field, value: Any, text: str) -> InvalidInputError:
    return InvalidInputError(
        text,
        field=f"rows.{number}.{field.name}",
        row=number,
        name=field.name,
        value=str(value)[:LONGEST_SHOWN],
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
    table = pasted_table(text, field="text")
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
