"""Objects of JSON into a table: a column for each key, nested values as JSON text."""

import json
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.utils.translation import gettext_noop

from chainhub.datasets.inspection.chats import inspect_chats, is_chat
from chainhub.datasets.inspection.columns import Column
from chainhub.datasets.inspection.decoding import decode
from chainhub.datasets.inspection.dialect import clean_names
from chainhub.datasets.inspection.faults import Faults
from chainhub.datasets.inspection.findings import Findings, RefusedFileError, Repairs, Tell, part_of
from chainhub.datasets.inspection.jsons import Numbered, is_list, objects_in
from chainhub.datasets.inspection.keeping import Kept, refuse_too_much
from chainhub.datasets.inspection.lines import ZeroScan
from chainhub.datasets.inspection.profile import profile
from chainhub.datasets.inspection.values import plain_text

ROWS_AT_ONCE, VALUES_AT_ONCE = 4_096, 400_000
LOOKED_AT = 50
ENCODER = json.JSONEncoder(ensure_ascii=False)


def inspect_json(source: Path, work: Path, repairs: Repairs, tell: Tell) -> Findings:
    """JSON Lines or a JSON list. Raises `RefusedFileError`."""
    text, training, faults = work / "text.json", work / "training.parquet", Faults()
    encoding, scan = decode(source, text, repairs, part_of(tell, 0.0, 0.1), ZeroScan)
    report: dict[str, Any] = {"format": "JSON" if is_list(text) else "JSON Lines", "encoding": encoding}
    objects = objects_in(text, faults)
    first = list(islice(objects, LOOKED_AT))
    every = _watched(chain(first, objects), part_of(tell, 0.1, 0.6), max(scan.lines, 1))
    if is_chat([found for _number, found in first]):
        chats = inspect_chats(every, training, report, repairs, faults)
        text.unlink()
        return chats
    table = _Table(work, repairs)
    for batch in _batches(every):
        table.add(batch)
    text.unlink()
    faults.judge(table.kept.rows, repairs)
    if not table.kept.columns:
        raise RefusedFileError(gettext_noop("The file holds no rows."))
    types = table.finish(training, part_of(tell, 0.6, 0.8))
    return profile(training, types, report, repairs, pixels=None, tell=part_of(tell, 0.8, 1.0))


def _watched(objects: Iterator[Numbered], tell: Tell, lines: int) -> Iterator[Numbered]:
    for number, found in objects:
        if number % 1000 == 0:
            tell(number / lines)
        yield number, found


def _batches(objects: Iterator[Numbered]) -> Iterator[list[Numbered]]:
    batch: list[Numbered] = []
    values = 0
    for one in objects:
        batch.append(one)
        values += len(one[1])
        if len(batch) == ROWS_AT_ONCE or values > VALUES_AT_ONCE:
            yield batch
            batch, values = [], 0
    if batch:
        yield batch


class _Table:
    def __init__(self, work: Path, repairs: Repairs) -> None:
        self.kept, self.repairs = Kept(work), repairs
        self.names: dict[str, str] = {}  # key -> name of its column
        self.nested: dict[str, int] = {}  # column -> row of its first nested value

    def add(self, batch: list[Numbered]) -> None:
        keys = dict.fromkeys(key for _number, found in batch for key in found)
        fresh = [key for key in keys if key not in self.names]
        if fresh:
            refuse_too_much(1, len(self.names) + len(fresh))
            named = clean_names([*self.names.values(), *map(plain_text, fresh)], self.repairs)
            self.names |= dict(zip(fresh, named[len(self.names) :], strict=True))
        columns = [[self._text(key, number, found.get(key)) for number, found in batch] for key in self.names]
        arrays = [_array(values) for values in columns]
        for name in self.names.values():
            column = self.kept.columns.setdefault(name, Column(name))
            column.type = "text" if name in self.nested else column.type
        if arrays:
            self.kept.add(pa.record_batch(arrays, list(self.names.values())), batch[0][0])

    def finish(self, training: Path, tell: Tell) -> dict[str, str]:
        for name, row in self.nested.items():
            self.repairs.tell(
                gettext_noop("“%(name)s” holds nested values (the first in row %(row)s); they were kept as JSON text."),
                name=name,
                row=row,
            )
        return self.kept.settle(training, self.repairs, decimal_comma=False, tell=tell)

    def _text(self, key: str, number: int, value: Any) -> str | None:
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, dict | list):
            self.nested.setdefault(self.names[key], number)
            return ENCODER.encode(value)
        return str(value)


def _array(values: list[str | None]) -> pa.Array:
    """Quick where all is well, value by value where some text cannot be written."""
    try:
        return pc.replace_substring(pa.array(values, pa.string()), "\x00", "�")
    except UnicodeEncodeError:
        return pa.array([value and plain_text(value) for value in values], pa.string())
