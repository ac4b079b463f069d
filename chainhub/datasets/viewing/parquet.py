"""Reading a Parquet file row by row number, and streaming some of its columns, within bounds."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from chainhub.datasets.recasting import recast, schema_as

BUFFER = 2**20
BATCH_BYTES = 16 * 2**20
MOST_ROWS = 65_536
NUMBER = "number"  # the row's number, beside its columns


class Rows:
    """The rows of one file, numbered from 0; columns that `types` names are read as its owner says they are."""

    def __init__(self, file: BinaryIO, types: Mapping[str, str] | None = None) -> None:
        # Buffered and not fetched ahead: a page of rows needs no whole row group.
        self._file = pq.ParquetFile(pa.PythonFile(file, mode="r"), buffer_size=BUFFER, pre_buffer=False)
        self._types = types or {}
        self.schema: pa.Schema = schema_as(self._file.schema_arrow, self._types)
        self.count: int = self._file.metadata.num_rows
        lengths = [self._file.metadata.row_group(group).num_rows for group in range(self._file.num_row_groups)]
        self._starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)

    def take(self, numbers: Sequence[int], names: Sequence[str]) -> list[dict[str, Any]]:
        """These rows, in this order."""
        found: dict[int, dict[str, Any]] = {}
        for group, some in groupby(sorted(set(numbers)), key=self._group_of):
            found |= self._take_in(group, list(some), names)
        return [found[number] for number in numbers]

    def stream(self, aliases: Mapping[str, str]) -> pa.RecordBatchReader:
        """All rows, some columns under other names, each batch with its rows' numbers as `NUMBER`."""
        fields = [self.schema.field(name).with_name(alias) for name, alias in aliases.items()]
        schema = pa.schema([*fields, pa.field(NUMBER, pa.int64())])
        return pa.RecordBatchReader.from_batches(schema, self._numbered(list(aliases), schema))

    def _column(self, batch: pa.RecordBatch, name: str) -> pa.Array:
        column = batch.column(name)
        return recast(column, self._types[name]) if name in self._types else column

    def _numbered(self, names: Sequence[str], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        start = 0
        groups = range(self._file.num_row_groups)
        if not names:
            for group in groups:
                length = int(self._starts[group + 1] - self._starts[group])
                yield pa.record_batch([pa.array(np.arange(start, start + length))], schema=schema)
                start += length
            return
        batches = self._file.iter_batches(self._batch_size(groups, names), columns=list(names), use_threads=False)
        for batch in batches:
            arrays = [self._column(batch, name) for name in names]
            numbers = pa.array(np.arange(start, start + batch.num_rows))
            yield pa.record_batch([*arrays, numbers], schema=schema)
            start += batch.num_rows

    def _group_of(self, number: int) -> int:
        return int(np.searchsorted(self._starts, number, side="right")) - 1

    def _take_in(self, group: int, numbers: list[int], names: Sequence[str]) -> dict[int, dict[str, Any]]:
        found: dict[int, dict[str, Any]] = {}
        start, wanted = int(self._starts[group]), iter(numbers)
        number = next(wanted, None)
        size = self._batch_size([group], names)
        for batch in self._file.iter_batches(size, row_groups=[group], columns=list(names), use_threads=False):
            while number is not None and number < start + batch.num_rows:
                one = batch.slice(number - start, 1)
                found[number] = {name: self._column(one, name)[0].as_py() for name in names}
                number = next(wanted, None)
            if number is None:
                break
            start += batch.num_rows
        return found

    def _batch_size(self, groups: Sequence[int], names: Sequence[str]) -> int:
        """As many rows as fit into a few megabytes, by what the file says of its columns."""
        if not len(groups):
            return MOST_ROWS
        wanted = set(names)
        group = self._file.metadata.row_group(groups[0])
        parts = (group.column(place) for place in range(group.num_columns))
        size = sum(one.total_uncompressed_size for one in parts if one.path_in_schema in wanted)
        return int(max(1, min(MOST_ROWS, BATCH_BYTES * max(group.num_rows, 1) // max(size, 1))))
