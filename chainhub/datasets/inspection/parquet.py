"""Parquet files, read batch by batch; dictionaries are kept as such until they are known to be fair."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from django.utils.translation import gettext_noop

from chainhub.datasets.canonical import ROWS_PER_GROUP
from chainhub.datasets.inspection.batches import DAMAGE, Source, inspect_batches
from chainhub.datasets.inspection.findings import Findings, RefusedFileError, Repairs, Tell


def inspect_parquet(source: Path, work: Path, repairs: Repairs, tell: Tell) -> Findings:
    """A table with plain columns. Raises `RefusedFileError`."""
    try:
        with pq.ParquetFile(source) as file:
            words = [one.name for one in file.schema_arrow if pa.types.is_string(one.type)]
            twins = len(set(file.schema_arrow.names)) < len(file.schema_arrow)
        with pq.ParquetFile(source, read_dictionary=None if twins else words) as file:
            rows, schema = file.metadata.num_rows, file.schema_arrow
            size = max(1, ROWS_PER_GROUP // (1 + len(schema) // 200))
            batches = file.iter_batches(batch_size=size, use_threads=False)
            read = Source("Parquet", schema, rows, source.stat().st_size, batches)
            return inspect_batches(read, work, repairs, tell)
    except DAMAGE as error:
        # What Arrow says is English and speaks of bytes and footers; who uploads can only write the file again.
        raise RefusedFileError(
            gettext_noop("The Parquet file is damaged or cut off; write it again and upload it.")
        ) from error
