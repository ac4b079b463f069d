"""Texts of every organization, and how a text falls into words."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trainer.contract import N_
from trainer.data.columns import Ints
from trainer.data.reading import Lazy, Party
from trainer.data.spill import Spill, growing
from trainer.failures import TrainingError

# Chinese, Japanese and Korean letters stand for themselves, anything else is a word between spaces and marks.
LETTERS = r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af\U00020000-\U0003ffff]"
WORD = re.compile(rf"{LETTERS}|[^\W_]+(?:['’][^\W_]+)*|[!?！？]|[:;]-?[()DPp]", re.UNICODE)

PIECE = "~"  # before a piece of a word: no word begins with it
ROWS = 256  # that are read at a time


def words_of(text: str, most: int | None = None) -> list[str]:
    """The first words of a text in lower case, and the marks that carry a mood."""
    found = WORD.finditer(unicodedata.normalize("NFKC", text).lower())
    return [word.group() for word in islice(found, most)]


def texts_of(parties: Sequence[Party], field: str) -> list[str]:
    """The field's text in every row of every file; an empty one where it is missing.

    Raises TrainingError where a file has no such field, or where it holds no text.
    """
    return [cells[0] for batch in batches_of(parties, [field]) for cells in batch]


def batches_of(parties: Sequence[Party], fields: Sequence[str]) -> Iterator[list[tuple[str, ...]]]:
    """Row by row the texts of those fields, so many rows at a time; as `texts_of`."""
    for party in parties:
        for table in party.tables:
            for field in fields:
                _check(table, party.name, field)
            chosen = table.select(list(fields))
            for batch in chosen.to_batches(max_chunksize=ROWS):
                yield list(zip(*(_texts(batch.column(field)) for field in fields), strict=True))


def texts_at(parties: Sequence[Party], fields: Sequence[str], rows: Ints) -> list[tuple[str, ...]]:
    """Of those rows alone, which are in their order, the fields' texts, read again."""
    found: list[tuple[str, ...]] = []
    begin = 0
    for table in (table for party in parties for table in party.tables):
        for batch in table.select(list(fields)).to_batches(max_chunksize=ROWS):
            first, last = rows.searchsorted([begin, begin + batch.num_rows])
            own = pa.array(rows[first:last] - begin)
            found += zip(*(_texts(batch.column(field).take(own)) for field in fields), strict=True)
            begin += batch.num_rows
    return found


def _check(table: pa.Table | Lazy, organization: str, field: str) -> None:
    if field not in table.column_names:
        raise TrainingError(
            "data",
            N_("The data of %(organization)s has no field “%(field)s”."),
            N_("Every organization's data must have the text under the same name."),
            organization=organization,
            field=field,
        )
    kind = table.schema.field(field).type
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_null(kind)):
        raise TrainingError(
            "data",
            N_("The field “%(field)s” of %(organization)s holds no text."),
            N_("Choose the field in which the text stands."),
            organization=organization,
            field=field,
        )


def _texts(column: pa.Array) -> list[str]:
    return [text or "" for text in pc.cast(column, pa.large_string()).to_pylist()]


def text_fields(parties: Sequence[Party], but: Sequence[str]) -> list[str]:
    """Fields that hold text in the first file."""
    table = parties[0].tables[0]
    return [
        field.name
        for field in table.schema
        if field.name not in but and (pa.types.is_string(field.type) or pa.types.is_large_string(field.type))
    ]


class Excerpts:
    """The beginnings of all texts, in memory or in a file, to be shown where that is allowed."""

    def __init__(self, spill: Spill | None, longest: int) -> None:
        self._told, self._longest, self._begins = growing(np.uint8, spill), longest, [0]
        self._whole = np.empty(0, np.uint8)

    def add(self, rows: Sequence[Sequence[str]]) -> None:
        told = [json.dumps([text[: self._longest] for text in cells]).encode() for cells in rows]
        self._told.add(np.frombuffer(b"".join(told), np.uint8))
        self._begins += (self._begins[-1] + np.cumsum([len(one) for one in told], dtype=np.int64)).tolist()

    def closed(self) -> Excerpts:
        """No row comes any more."""
        self._whole = self._told.whole()
        return self

    def of(self, row: int) -> list[str]:
        """What stands in the fields of that row."""
        found: list[str] = json.loads(self._whole[self._begins[row] : self._begins[row + 1]].tobytes())
        return found
