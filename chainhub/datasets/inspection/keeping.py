"""Rows of text on their way to a typed table: kept in files while their columns are counted, then written typed."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.utils.translation import gettext_noop

from chainhub.datasets.canonical import COMPRESSION, ROWS_PER_GROUP
from chainhub.datasets.inspection.casting import arrow_type, typed
from chainhub.datasets.inspection.columns import Column, tell_spellings
from chainhub.datasets.inspection.findings import RefusedFileError, Repairs, Tell
from chainhub.datasets.inspection.limits import MAX_CELLS, MAX_COLUMNS, MAX_ROWS


class Kept:
    """Batches of text columns; later ones may have more columns than earlier ones."""

    def __init__(self, folder: Path) -> None:
        self.columns: dict[str, Column] = {}
        self.rows = 0
        self._folder = folder
        self._files: list[Path] = []
        self._writer: Any = None
        self._schema: pa.Schema | None = None

    def add(self, batch: pa.RecordBatch, first_row: int) -> None:
        """Count and keep one batch; its first row is row `first_row` of the file. Raises `RefusedFileError`."""
        for name in batch.schema.names:
            self.columns.setdefault(name, Column(name))
        self.rows += batch.num_rows
        refuse_too_much(self.rows, len(self.columns))
        if self._schema is None or not batch.schema.equals(self._schema):
            self._next_file(batch.schema)
        self._writer.write_batch(batch)
        for name, texts in zip(batch.schema.names, batch.columns, strict=True):
            column = self.columns[name]
            if column.type != "text":  # which some reader settled already
                column.look(texts, first_row)

    def settle(self, target: Path, repairs: Repairs, *, decimal_comma: bool, tell: Tell) -> dict[str, str]:
        """Decide each column's type and write the table to `target`; `{name: type}`."""
        self.close()
        for column in self.columns.values():
            if not column.type:
                column.decide(decimal_comma=decimal_comma, repairs=repairs)
        tell_spellings([column for column in self.columns.values() if column.values], repairs)
        schema = pa.schema([(column.name, arrow_type(column.type)) for column in self.columns.values()])
        done = 0
        with pq.ParquetWriter(target, schema, compression=COMPRESSION) as writer:
            for batch in self._batches():
                arrays = [self._array(batch, column, decimal_comma=decimal_comma) for column in self.columns.values()]
                writer.write_table(pa.table(arrays, schema=schema), row_group_size=ROWS_PER_GROUP)
                done += batch.num_rows
                tell(done / max(self.rows, 1))
        if self.rows == 1:
            repairs.tell(gettext_noop("The table has a single row; nothing can be learned from it alone."))
        return {column.name: column.type for column in self.columns.values()}

    def close(self) -> None:
        """Nothing more will be added."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _array(self, batch: pa.RecordBatch, column: Column, *, decimal_comma: bool) -> pa.Array:
        place = batch.schema.get_field_index(column.name)
        if place < 0:
            return pa.nulls(batch.num_rows, arrow_type(column.type))
        return typed(batch.column(place), column, decimal_comma=decimal_comma)

    def _next_file(self, schema: pa.Schema) -> None:
        self.close()
        path = self._folder / f"kept-{len(self._files)}.arrow"
        self._files.append(path)
        self._schema = schema
        self._writer = pa.ipc.new_file(str(path), schema)

    def _batches(self) -> Any:
        for path in self._files:
            with pa.OSFile(str(path), "rb") as source:
                reader = pa.ipc.open_file(source)
                for number in range(reader.num_record_batches):
                    yield reader.get_batch(number)
            path.unlink()


def refuse_too_much(rows: int, columns: int) -> None:
    """Raises `RefusedFileError` for a table beyond what the hub takes."""
    if columns > MAX_COLUMNS:
        raise RefusedFileError(
            gettext_noop("The table has %(columns)s columns; at most %(limit)s can be used."),
            columns=columns,
            limit=MAX_COLUMNS,
        )
    if rows > MAX_ROWS or rows * columns > MAX_CELLS:
        raise RefusedFileError(
            gettext_noop("The table has %(rows)s rows of %(columns)s columns, more than can be used."),
            rows=rows,
            columns=columns,
        )
