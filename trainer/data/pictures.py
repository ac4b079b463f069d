"""The pictures of every organization: out of one field of picture files, or out of a field for each pixel."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TypeVar

import numpy as np
import pyarrow as pa

from trainer.contract import N_, JobSpec, Log
from trainer.data import pixels
from trainer.data.columns import Ints
from trainer.data.reading import Lazy, Party
from trainer.data.spill import Room
from trainer.failures import TrainingError
from trainer.recipes.program import Tell

Shape = tuple[int, int, int]
BYTE = 255.0
T = TypeVar("T")
AT_ONCE = 64  # files that are unpacked at a time


def picture_field(spec: JobSpec, table: pa.Table | Lazy) -> str | None:
    """The first chosen field that holds picture files; None where pixels have fields of their own."""
    kinds = _kinds(table)
    return next((name for name in spec.fields or kinds if _are_files(kinds.get(name, pa.null()))), None)


def holds_files(table: pa.Table | Lazy, field: str) -> bool:
    """Whether that field holds picture files."""
    return _are_files(_kinds(table).get(field, pa.null()))


def required_field(spec: JobSpec, parties: Sequence[Party]) -> str:
    """The target where it holds pictures, else the first chosen field that does; TrainingError where none does."""
    table = parties[0].tables[0]
    field = spec.target if holds_files(table, spec.target) else picture_field(spec, table)
    if field is None:
        raise TrainingError("data", N_("No field holds pictures."), N_("Choose the field of picture files."))
    return field


def from_files(parties: Sequence[Party], field: str, side: int, channels: int, tell: Tell, room: Room) -> pixels.Pixels:
    """Each file as a square of that side; TrainingError names the organization or the row at fault."""
    count = sum(party.rows for party in parties)
    values = room((count, channels * side * side), np.float32)
    absent = 0
    for row, found in enumerate(files_in(parties, field, lambda content: pixels.from_bytes(content, side, channels))):
        absent += found is None
        values[row] = 0.0 if found is None else found
    if absent:
        text = N_("%(count)s rows without a picture are read as black.")
        tell(Log(level="warning", text=text, params={"count": absent}))
    return values


def files_in(parties: Sequence[Party], field: str, read: Callable[[bytes], T]) -> Iterator[T | None]:
    """What `read` makes of each row's file, None where there is none; TrainingError where it raises ValueError."""
    _check(parties, [field], _are_files, N_("The field “%(field)s” of %(organization)s holds no pictures."))
    tables = [table for party in parties for table in party.tables]
    batches = (batch for table in tables for batch in table.select([field]).to_batches(max_chunksize=AT_ONCE))
    for row, cell in enumerate(value for batch in batches for value in batch.column(0).to_pylist()):
        content = pixels.content_of(cell)
        try:
            yield None if content is None else read(content)
        except ValueError as error:
            raise TrainingError(
                "data",
                N_("Row %(row)s holds no readable picture: %(reason)s"),
                N_("Every row needs a PNG, JPEG or other common picture."),
                row=row + 1,
                reason=error,
            ) from None


def from_columns(spec: JobSpec, parties: Sequence[Party], tell: Tell, room: Room) -> tuple[pixels.Pixels, Shape]:
    """A field for each pixel, the same in every file."""
    tables = [table for party in parties for table in party.tables]
    names = _pixel_names(spec, tables[0], tell)
    shape = pixels.shape_of(len(names))
    if shape is None:
        raise TrainingError(
            "data",
            N_("%(count)s pixel fields make no square picture."),
            N_("Choose the pixel fields only: side × side of them, or three times as many for colour."),
            count=len(names),
        )
    _check(parties, names, _are_pixels, N_("The field “%(field)s” of %(organization)s holds no pixels."))
    values = pixels.from_columns(tables, names, room)
    if pixels.blackened(values):
        tell(Log(level="warning", text=N_("Missing pixels are read as black.")))
    return values, shape


def largest(values: pixels.Pixels, owner: Ints, parties: Sequence[Party], tell: Tell) -> float:
    """By what pixels are divided: 255, or 1 where they were scaled before. What fits neither is told.

    `owner` are the places of the rows' organizations in `parties`, in order.
    """
    found = [values[begin:end] for begin, end in pairwise(np.searchsorted(owner, np.arange(len(parties) + 1)))]
    highest = [float(own.max()) for own in found]
    divide = BYTE if max(highest) > 1.0 else 1.0
    if max(highest) > BYTE or min(float(own.min()) for own in found) < 0:
        tell(Log(level="warning", text=N_("Some pixels are not between 0 and 255, nor between 0 and 1.")))
    for party, own in zip(parties, highest, strict=True):
        if own <= 1.0 < divide:
            text = N_("The pixels of %(organization)s are at most 1, those of others larger: they look black.")
            tell(Log(level="warning", text=text, params={"organization": party.name}))
    return divide


def taken(values: pixels.Pixels, rows: Ints, room: Room) -> pixels.Pixels:
    """Those rows, copied block by block."""
    kept = room((len(rows), values.shape[1]), np.float32)
    for begin in range(0, len(rows), pixels.BLOCK):
        kept[begin : begin + pixels.BLOCK] = values[rows[begin : begin + pixels.BLOCK]]
    return kept


def _kinds(table: pa.Table | Lazy) -> dict[str, pa.DataType]:
    return {field.name: field.type for field in table.schema}  # asking the table itself is slow by column


def _are_files(kind: pa.DataType) -> bool:
    """Binary itself, or a struct that holds it as `bytes`, as public datasets have it."""
    if pa.types.is_struct(kind):
        place = kind.get_field_index("bytes")
        return place >= 0 and _are_files(kind.field(place).type)
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _are_pixels(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _check(parties: Sequence[Party], names: Iterable[str], fits: Callable[[pa.DataType], bool], text: str) -> None:
    """Every file of every organization has those fields, and they hold what they should, or nothing at all."""
    for party in parties:
        for kinds in map(_kinds, party.tables):
            for name in names:
                if name not in kinds:
                    raise TrainingError(
                        "data",
                        N_("The data of %(organization)s has no field “%(field)s”."),
                        N_("Every organization's data must have the pictures under the same names."),
                        organization=party.name,
                        field=name,
                    )
                if not (fits(kinds[name]) or pa.types.is_null(kinds[name])):
                    hint = N_("Choose the field of picture files, or the pixel fields only.")
                    raise TrainingError("data", text, hint, organization=party.name, field=name)


def _pixel_names(spec: JobSpec, table: pa.Table | Lazy, tell: Tell) -> list[str]:
    names = []
    kinds = _kinds(table)
    for name in spec.fields or kinds:
        if name == spec.target:
            continue
        if _are_pixels(kinds.get(name, pa.uint8())):
            names.append(name)
        else:
            text = N_("The field “%(field)s” is left out: it holds no pixels.")
            tell(Log(level="warning", text=text, params={"field": name}))
    return names
