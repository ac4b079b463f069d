"""Text tables: read once as text to learn the types, then written typed."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.utils.translation import gettext_noop

from chainhub.datasets.canonical import COMPRESSION, ROWS_PER_GROUP
from chainhub.datasets.inspection.casting import arrow_type, typed
from chainhub.datasets.inspection.columns import Column, tell_spellings
from chainhub.datasets.inspection.decoding import decode
from chainhub.datasets.inspection.dialect import SHOWN, Dialect, dialect_of
from chainhub.datasets.inspection.findings import Findings, Repairs, Tell, part_of
from chainhub.datasets.inspection.lines import LineScan
from chainhub.datasets.inspection.profile import profile
from chainhub.datasets.inspection.reading import read_csv


def inspect_text(source: Path, work: Path, repairs: Repairs, tell: Tell) -> Findings:
    """A CSV in any common spelling. Raises `RefusedFileError`."""
    text, training = work / "text.csv", work / "training.parquet"
    encoding, scan = decode(source, text, repairs, part_of(tell, 0.0, 0.2))
    dialect = dialect_of(text, repairs)
    columns = _read(text, dialect, scan, work / "text.arrow", repairs, part_of(tell, 0.2, 0.6))
    text.unlink()
    for column in columns:
        column.decide(decimal_comma=dialect.decimal_comma, repairs=repairs)
    tell_spellings([column for column in columns if column.values], repairs)
    rows = _write(work / "text.arrow", columns, dialect, training, part_of(tell, 0.6, 0.8))
    (work / "text.arrow").unlink()
    if rows == 1:
        repairs.tell(gettext_noop("The table has a single row; nothing can be learned from it alone."))
    types = {column.name: column.type for column in columns}
    report: dict[str, Any] = {
        "format": "CSV",
        "encoding": encoding,
        "delimiter": SHOWN.get(dialect.delimiter, dialect.delimiter),
    }
    report |= {"header": dialect.has_header}
    return profile(training, types, report, repairs, pixels=dialect.pixels, tell=part_of(tell, 0.8, 1.0))


def _read(
    text: Path, dialect: Dialect, scan: LineScan, kept: Path, repairs: Repairs, tell: Tell
) -> list[Column]:  # fmt: skip
    """Every column's contents, counted; the batches themselves are kept in a file."""
    names = [name for place, name in enumerate(dialect.names) if place != dialect.ignored]
    columns = [Column(name) for name in names]
    schema = pa.schema([(name, pa.string()) for name in names])
    row, size = 1 + int(dialect.has_header), 0
    with pa.OSFile(str(kept), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
        for batch in read_csv(text, dialect, scan, repairs):
            writer.write_batch(batch)
            for column, texts in zip(columns, batch.columns, strict=True):
                column.look(texts, row)
            row += batch.num_rows
            size += batch.nbytes
            tell(size / max(scan.size, 1))
    return columns


def _write(kept: Path, columns: list[Column], dialect: Dialect, target: Path, tell: Tell) -> int:
    schema = pa.schema([(column.name, arrow_type(column.type)) for column in columns])
    rows = 0
    with pa.OSFile(str(kept), "rb") as source, pq.ParquetWriter(target, schema, compression=COMPRESSION) as writer:
        reader = pa.ipc.open_file(source)
        for number in range(reader.num_record_batches):
            batch = reader.get_batch(number)
            arrays = [
                typed(texts, column, decimal_comma=dialect.decimal_comma)
                for texts, column in zip(batch.columns, columns, strict=True)
            ]
            table = pa.table(arrays, schema=schema)
            writer.write_table(table, row_group_size=ROWS_PER_GROUP)
            rows += table.num_rows
            tell((number + 1) / reader.num_record_batches)
    return rows
