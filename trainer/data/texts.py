"""Texts of every organization, and how a text falls into words."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from hashlib import blake2b
from itertools import islice

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trainer.contract import N_, JobSpec, Log
from trainer.data.columns import Ints
from trainer.data.reading import Lazy, Party
from trainer.data.spill import Spill, growing
from trainer.failures import TrainingError
from trainer.recipes.program import Tell

Cells = tuple[str, ...]  # what stands in the chosen fields of a row

# Chinese, Japanese and Korean letters stand for themselves, anything else is a word between spaces and marks. The
# letters themselves, not their escapes: tokenizers' expressions read \U as another thing than re does.
LETTERS = "[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af\U00020000-\U0003ffff]"
WORD = re.compile(rf"{LETTERS}|[^\W_]+(?:['’][^\W_]+)*|[!?！？]|[:;]-?[()DPp]", re.UNICODE)

PIECE = "~"  # before a piece of a word: no word begins with it
ROWS = 256  # that are read at a time


def words_of(text: str, most: int | None = None) -> list[str]:
    """The first words of a text in lower case, and the marks that carry a mood."""
    found = WORD.finditer(unicodedata.normalize("NFKC", text).lower())
    return [word.group() for word in islice(found, most)]


def batches_of(
    parties: Sequence[Party], fields: Sequence[str], written: Collection[str] = ()
) -> Iterator[list[Cells]]:  # fmt: skip
    """Row by row the texts of those fields in every file, so many rows at a time; empty ones where they are missing.

    Raises TrainingError where a file has no such field, or where it holds no text. `written` are fields whose numbers
    and dates are taken as they are written.
    """
    for batch in _batches(parties, fields, written):
        yield list(zip(*(_texts(batch.column(field)) for field in fields), strict=True))


def cells_of(parties: Sequence[Party], fields: Sequence[str], rows: Ints) -> Iterator[list[Cells]]:
    """The same of those rows alone, which are in their order; a batch may have none of them."""
    begin = 0
    for batch in _batches(parties, fields):
        first, last = rows.searchsorted([begin, begin + batch.num_rows])
        own = pa.array(rows[first:last] - begin)
        yield list(zip(*(_texts(batch.column(field).take(own)) for field in fields), strict=True))
        begin += batch.num_rows


def texts_at(parties: Sequence[Party], fields: Sequence[str], rows: Ints) -> list[Cells]:
    """Of those rows, which are in their order, the fields' texts, read again."""
    return [cells for batch in cells_of(parties, fields, rows) for cells in batch]


def _batches(
    parties: Sequence[Party], fields: Sequence[str], written: Collection[str] = ()
) -> Iterator[pa.RecordBatch]:  # fmt: skip
    for party in parties:
        for table in party.tables:
            for field in fields:
                _check(table, party.name, field, written=field in written)
            yield from table.select(list(fields)).to_batches(max_chunksize=ROWS)


def _check(table: pa.Table | Lazy, organization: str, field: str, *, written: bool) -> None:
    if field not in table.column_names:
        raise TrainingError(
            "data",
            N_("The data of %(organization)s has no field “%(field)s”."),
            N_("Every organization's data must have the text under the same name."),
            organization=organization,
            field=field,
        )
    kind = table.schema.field(field).type
    fits = pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_null(kind)
    if not (fits or (written and (pa.types.is_primitive(kind) or pa.types.is_decimal(kind)))):
        raise TrainingError(
            "data",
            N_("The field “%(field)s” of %(organization)s holds no text."),
            N_("Choose the field in which the text stands."),
            organization=organization,
            field=field,
        )


def _texts(column: pa.Array) -> list[str]:
    return [text or "" for text in pc.cast(column, pa.large_string()).to_pylist()]


def chosen_fields(spec: JobSpec, parties: Sequence[Party], tell: Tell) -> list[str]:
    """The chosen fields that hold text, or the first that does where none is chosen; what is left out is told."""
    present = text_fields(parties, [spec.target])
    if not spec.fields:
        return present[:1]
    if others := [name for name in spec.fields if name not in present]:
        text = N_("Fields that hold no text are left out: %(fields)s.")
        tell(Log(level="warning", text=text, params={"fields": ", ".join(others)}))
    return [name for name in dict.fromkeys(spec.fields) if name in present]


def text_fields(parties: Sequence[Party], but: Sequence[str]) -> list[str]:
    """Fields that hold text in the first file."""
    table = parties[0].tables[0]
    return [
        field.name
        for field in table.schema
        if field.name not in but and (pa.types.is_string(field.type) or pa.types.is_large_string(field.type))
    ]


def check_pairs(party: Party, count: int, tell: Tell) -> None:
    """TrainingError where no row has both texts; a word about those that lack one."""
    if not count:
        raise TrainingError(
            "data",
            N_("No row of %(organization)s has both texts."),
            N_("Every organization needs rows in which both stand."),
            organization=party.name,
        )
    if count < party.rows:
        text = N_("%(rows)s rows of %(organization)s are left out: one of the two texts is missing.")
        tell(Log(level="warning", text=text, params={"rows": party.rows - count, "organization": party.name}))


def known_by(text: str) -> bytes:
    """Short, and the same for the same text alone: where texts are told apart, the corpus need not fit in memory."""
    return blake2b(text.encode(errors="replace"), digest_size=16).digest()


class Excerpts:
    """Texts row by row, in memory or in a file, to be shown where that is allowed: whole, or their beginnings."""

    def __init__(self, spill: Spill | None, longest: int | None = None) -> None:
        self._told, self._longest, self._begins = growing(np.uint8, spill), longest, [0]
        self._whole = np.empty(0, np.uint8)

    def add(self, rows: Sequence[Sequence[str]]) -> None:
        told = [json.dumps([text[: self._longest] for text in cells], ensure_ascii=False).encode() for cells in rows]
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
