"""Parquet files: typed already, checked, freed of nesting, and written in the canonical form."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.utils.translation import gettext_noop

from chainhub.datasets.canonical import COMPRESSION, ROWS_PER_GROUP
from chainhub.datasets.inspection.casting import arrow_type
from chainhub.datasets.inspection.dialect import clean_names
from chainhub.datasets.inspection.findings import Findings, RefusedFileError, Repairs, Tell, part_of
from chainhub.datasets.inspection.limits import MAX_CELLS, MAX_COLUMNS, MAX_ROWS
from chainhub.datasets.inspection.profile import profile

INT64_MAX = 2**63 - 1
KINDS = {
    "integer": (pa.types.is_integer,),
    "number": (pa.types.is_floating, pa.types.is_decimal),
    "boolean": (pa.types.is_boolean,),
    "date": (pa.types.is_date,),
    "time": (pa.types.is_timestamp,),
    "text": (
        *(pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view),
        *(pa.types.is_null, pa.types.is_time, pa.types.is_duration),
    ),
}


def inspect_parquet(source: Path, work: Path, repairs: Repairs, tell: Tell) -> Findings:
    """A table with plain columns. Raises `RefusedFileError`."""
    training = work / "training.parquet"
    try:
        with pq.ParquetFile(source) as file:
            kinds = _kinds(file, repairs)
            _write(file, kinds, training, repairs, part_of(tell, 0.0, 0.6))
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        # What Arrow says is English and speaks of bytes and footers; who uploads can only write the file again.
        raise RefusedFileError(
            gettext_noop("The Parquet file is damaged or cut off; write it again and upload it.")
        ) from error
    report = {"format": "Parquet"}
    return profile(training, kinds, report, repairs, pixels=None, tell=part_of(tell, 0.6, 1.0))


def _kinds(file: pq.ParquetFile, repairs: Repairs) -> dict[str, str]:
    """Each column's type by its cleaned name. Raises `RefusedFileError` for what is no plain table of fair size."""
    rows, schema = file.metadata.num_rows, file.schema_arrow
    if len(schema) > MAX_COLUMNS:
        raise RefusedFileError(
            gettext_noop("The table has %(columns)s columns; at most %(limit)s can be used."),
            columns=len(schema),
            limit=MAX_COLUMNS,
        )
    if rows > MAX_ROWS or rows * len(schema) > MAX_CELLS:
        raise RefusedFileError(
            gettext_noop("The table has %(rows)s rows of %(columns)s columns, more than can be used."),
            rows=rows,
            columns=len(schema),
        )
    if not rows or not len(schema):
        raise RefusedFileError(gettext_noop("The table has columns but no rows."))
    kinds = [_kind(column) for column in schema]
    return dict(zip(clean_names(list(schema.names), repairs), kinds, strict=True))


def _kind(column: pa.Field) -> str:
    kind: Any = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    for name, tests in KINDS.items():
        if any(test(kind) for test in tests):
            return name
    raise RefusedFileError(
        gettext_noop("Column “%(name)s” holds %(type)s; only numbers, words, dates and yes/no values can be used."),
        name=column.name,
        type=str(kind)[:60],
    )


def _write(file: pq.ParquetFile, kinds: dict[str, str], target: Path, repairs: Repairs, tell: Tell) -> None:
    schema = pa.schema([(name, arrow_type(kind)) for name, kind in kinds.items()])
    rows, infinite = 0, [0] * len(kinds)
    size = max(1, ROWS_PER_GROUP // (1 + len(kinds) // 200))
    with pq.ParquetWriter(target, schema, compression=COMPRESSION) as writer:
        for batch in file.iter_batches(batch_size=size, use_threads=False):
            arrays = []
            for place, (column, kind) in enumerate(zip(batch.columns, kinds.values(), strict=True)):
                plain = _plain(column, kind)
                if kind == "number":
                    finite = pc.if_else(pc.is_finite(plain), plain, None)
                    infinite[place] += int(pc.sum(pc.is_inf(plain)).as_py() or 0)
                    plain = finite
                arrays.append(plain)
            writer.write_table(pa.table(arrays, schema=schema), row_group_size=ROWS_PER_GROUP)
            rows += batch.num_rows
            tell(rows / file.metadata.num_rows)
    for name, count in zip(kinds, infinite, strict=True):
        if count:
            repairs.tell(
                gettext_noop("“%(name)s”: infinite values count as missing (%(count)s)."), name=name, count=count
            )


def _plain(column: pa.Array, kind: str) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if kind == "integer" and pa.types.is_uint64(column.type):
        # Beyond the signed range there is no exact number to train on.
        column = pc.if_else(pc.less_equal(column, pa.scalar(INT64_MAX, pa.uint64())), column, None)
    if kind == "date":
        return pc.strftime(pc.cast(column, pa.timestamp("s")), format="%Y-%m-%d")
    if kind == "time":
        moments = pc.cast(column, pa.timestamp("s", column.type.tz), safe=False)
        return pc.strftime(moments, format="%Y-%m-%dT%H:%M:%S")
    return pc.cast(column, arrow_type(kind), safe=False)
