"""Reading a column of the canonical form as the type that its owner says it has.

    python -m chainhub.datasets.recasting data.parquet corrected.parquet speed=number line=category

writes the file that training reads where an owner corrected types, and its SHA-256, by which a published model's
`reproduce/` knows it; `data.parquet` is the dataset's `training/data.parquet`.
"""

import sys
from collections.abc import Mapping
from hashlib import file_digest
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from chainhub.datasets.canonical import COMPRESSION, ROWS_PER_GROUP
from chainhub.datasets.inspection.values import INTEGER, NUMBER

ARROW = {"integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_()}
ROWS_AT_ONCE = 65_536
LARGEST = 2.0**53  # beyond it, numbers with a point do not tell whole numbers apart
TRUE, FALSE = pa.array(["true", "1", "yes", "是"]), pa.array(["false", "0", "no", "否"])
DAY, MOMENT = "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"


def first_misfit(source: BinaryIO, name: str, wanted: str) -> tuple[int, str] | None:
    """Place (from 0) and text of the first value that cannot be read so; None where all can. Streams the column."""
    with pq.ParquetFile(source) as file:
        before = 0
        for batch in file.iter_batches(ROWS_AT_ONCE, columns=[name], use_threads=False):
            column = batch.column(name)  # a name with a point in it may bring others along
            lost = pc.and_(pc.is_null(recast(column, wanted)), pc.is_valid(column))
            place = pc.index(lost, pa.scalar(value=True)).as_py()
            if place >= 0:
                return before + place, str(column[place].as_py())
            before += batch.num_rows
    return None


def schema_as(schema: pa.Schema, types: Mapping[str, str]) -> pa.Schema:
    """The schema with some columns in other types."""
    return pa.schema([(one.name, _arrow(types[one.name])) if one.name in types else one for one in schema])


def rewrite(source: Path, target: Path, types: Mapping[str, str]) -> None:
    """The table with some columns in other types; memory holds one group of rows."""
    with pq.ParquetFile(source) as file:
        schema = schema_as(file.schema_arrow, types)
        with pq.ParquetWriter(target, schema, compression=COMPRESSION) as writer:
            for batch in file.iter_batches(ROWS_AT_ONCE, use_threads=False):
                columns = [
                    recast(column, types[name]) if name in types else column
                    for name, column in zip(batch.schema.names, batch.columns, strict=True)
                ]
                writer.write_table(pa.table(columns, schema=schema), row_group_size=ROWS_PER_GROUP)


def recast(column: pa.Array, wanted: str) -> pa.Array:
    """The values as `wanted`; null where one cannot be read so."""
    if wanted in {"text", "category"}:
        return _words(column)
    if wanted in {"date", "time"}:
        return _moments(column, wanted)
    if wanted == "boolean":
        words = pc.utf8_lower(_words(column))
        return pc.if_else(pc.or_(pc.is_in(words, TRUE), pc.is_in(words, FALSE)), pc.is_in(words, TRUE), None)
    if not pa.types.is_string(column.type):
        return _whole(column) if wanted == "integer" else pc.cast(column, pa.float64(), safe=False)
    words = pc.utf8_trim_whitespace(column)
    if wanted == "integer":
        fit = pc.and_(pc.match_substring_regex(words, f"^({INTEGER})$"), pc.less_equal(pc.utf8_length(words), 18))
        return pc.cast(pc.utf8_ltrim(pc.if_else(fit, words, None), characters="+"), pa.int64())
    numbers = pc.cast(pc.if_else(pc.match_substring_regex(words, f"^({NUMBER})$"), words, None), pa.float64())
    return pc.if_else(pc.is_finite(numbers), numbers, None)


def _arrow(kind: str) -> pa.DataType:
    return ARROW.get(kind, pa.string())


def _whole(column: pa.Array) -> pa.Array:
    if not pa.types.is_floating(column.type):
        return pc.cast(column, pa.int64())
    fits = pc.and_(pc.equal(pc.floor(column), column), pc.less(pc.abs(column), LARGEST))
    return pc.cast(pc.if_else(fits, column, None), pa.int64())


def _words(column: pa.Array) -> pa.Array:
    return column if pa.types.is_string(column.type) else pc.cast(column, pa.string())


def _moments(column: pa.Array, wanted: str) -> pa.Array:
    """ISO 8601 text; a day is midnight as a moment, and only midnight is a day."""
    if not pa.types.is_string(column.type):
        return pa.nulls(len(column), pa.string())
    moments: Any = pc.strptime(column, format=MOMENT, unit="s", error_is_null=True)
    days = pc.strptime(column, format=DAY, unit="s", error_is_null=True)
    if wanted == "time":
        return pc.strftime(pc.coalesce(moments, days), format=MOMENT)
    midnight = pc.and_(pc.equal(pc.hour(moments), 0), pc.equal(pc.add(pc.minute(moments), pc.second(moments)), 0))
    return pc.strftime(pc.coalesce(days, pc.if_else(midnight, moments, None)), format=DAY)


def main(arguments: list[str]) -> int:
    """A file, another to write, and `field=type` as often as needed."""
    if len(arguments) < 3 or not all("=" in one for one in arguments[2:]):  # noqa: PLR2004 - two files and a type
        sys.stderr.write(f"{__doc__}\n")
        return 2
    target = Path(arguments[1])
    fields = (one.rpartition("=") for one in arguments[2:])
    rewrite(Path(arguments[0]), target, {name: kind for name, _, kind in fields})
    with target.open("rb") as file:
        sys.stdout.write(f"{file_digest(file, 'sha256').hexdigest()}  {target}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
