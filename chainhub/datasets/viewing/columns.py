"""What a page of rows knows about each column, and which questions may be asked about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

OPERATORS: dict[str, tuple[str, ...]] = {
    "text": ("has", "is", "not", "missing", "known"),
    "number": ("is", "min", "max", "missing", "known"),
    "boolean": ("is", "missing", "known"),
    "moment": ("min", "max", "missing", "known"),
    "image": (),
}
WITHOUT_VALUE = ("missing", "known")


@dataclass(frozen=True)
class Column:
    """One column. `form` is text, number, boolean, moment or image; a masked one can be neither read nor asked."""

    name: str
    form: str
    whole: bool = False  # numbers without a fraction
    masked: bool = False
    pixel: bool = False

    @property
    def operators(self) -> tuple[str, ...]:
        return () if self.masked else OPERATORS[self.form]

    @property
    def sortable(self) -> bool:
        return not self.masked and self.form != "image"


def columns_of(schema: pa.Schema, report: Mapping[str, Any], masked: frozenset[str]) -> list[Column]:
    """In the order of the file; what inspection left out of its report (paths of images) stands last."""
    said = {field["name"]: field for field in report.get("fields", [])}
    found = [_column(field, said.get(field.name, {}), masked) for field in schema]
    return sorted(found, key=lambda one: one.name not in said)


def _column(field: pa.Field, said: Mapping[str, Any], masked: frozenset[str]) -> Column:
    kind = field.type
    return Column(
        name=field.name,
        form=_form(kind, str(said.get("type") or "")),
        whole=bool(pa.types.is_integer(kind)),
        masked=field.name in masked,
        pixel=said.get("kind") == "pixel",
    )


def _form(kind: pa.DataType, said: str) -> str:
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return "image"
    if pa.types.is_boolean(kind):
        return "boolean"
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return "number"
    return "moment" if said in {"date", "time"} else "text"
