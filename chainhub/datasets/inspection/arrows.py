"""Arrow files and streams (Feather 2 too): every batch is checked before it is believed, for Arrow itself does not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.utils.translation import gettext_noop

from chainhub.datasets.canonical import ROWS_PER_GROUP
from chainhub.datasets.inspection.batches import DAMAGE, Source, inspect_batches
from chainhub.datasets.inspection.findings import Findings, RefusedFileError, Repairs, Tell


def inspect_arrow(source: Path, work: Path, repairs: Repairs, tell: Tell, *, form: str) -> Findings:
    """A table with plain columns; `form` is `arrow` or `arrow-stream`. Raises `RefusedFileError`."""
    try:
        with pa.memory_map(str(source)) as mapped:
            reader: Any = pa.ipc.open_file(mapped) if form == "arrow" else pa.ipc.open_stream(mapped)
            batches = _from_file(reader) if form == "arrow" else _sliced(reader)
            read = Source("Arrow", reader.schema, None, source.stat().st_size, batches)
            return inspect_batches(read, work, repairs, tell)
    except DAMAGE as error:
        raise RefusedFileError(
            gettext_noop("The Arrow file is damaged or cut off; write it again and upload it.")
        ) from error


def _from_file(reader: Any) -> Iterator[pa.RecordBatch]:
    yield from _sliced(reader.get_batch(number) for number in range(reader.num_record_batches))


def _sliced(batches: Any) -> Iterator[pa.RecordBatch]:
    """Checked, and in pieces that fit in memory once they are decoded."""
    for batch in batches:
        batch.validate(full=True)
        for start in range(0, batch.num_rows, ROWS_PER_GROUP):
            yield batch.slice(start, ROWS_PER_GROUP)
