"""Typed batches, out of Parquet or Arrow: checked, freed of nesting, and written in the canonical form."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
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
from chainhub.datasets.inspection.keeping import refuse_too_much
from chainhub.datasets.inspection.limits import COLUMNS_RATIO, MAX_BATCH_BYTES
from chainhub.datasets.inspection.profile import profile
from chainhub.datasets.inspection.unpacking import too_large
from chainhub.datasets.inspection.values import plain_text

INT64_MAX = 2**63 - 1
DAMAGE = (pa.ArrowException, OSError, ValueError, OverflowError, IndexError, KeyError, TypeError)
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
    "nested": (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list, pa.types.is_struct),
}


@dataclass
class Source:
    """Where batches come from."""

    form: str  # as people call it
    schema: pa.Schema
    rows: int | None  # as the file claims
    size: int
    batches: Iterator[pa.RecordBatch]


def inspect_batches(source: Source, work: Path, repairs: Repairs, tell: Tell) -> Findings:
    """A table with plain columns. Raises `RefusedFileError`."""
    training = work / "training.parquet"
    kinds = _kinds(source, repairs)
    rows = _write(source, kinds, training, repairs, part_of(tell, 0.0, 0.6))
    if not rows:
        raise _no_rows()
    plain = {name: "text" if kind == "nested" else kind for name, kind in kinds.items()}
    report = {"format": source.form}
    return profile(training, plain, report, repairs, pixels=None, tell=part_of(tell, 0.6, 1.0))


def _no_rows() -> RefusedFileError:
    return RefusedFileError(gettext_noop("The table has columns but no rows."))


def _kinds(source: Source, repairs: Repairs) -> dict[str, str]:
    """Each column's type by its cleaned name. Raises `RefusedFileError` for what is no plain table of fair size."""
    refuse_too_much(source.rows or 0, len(source.schema))
    if source.rows == 0 or not len(source.schema):
        raise _no_rows()
    kinds = [_kind(column) for column in source.schema]
    names = [plain_text(name) for name in source.schema.names]
    return dict(zip(clean_names(names, repairs), kinds, strict=True))


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


def _write(source: Source, kinds: dict[str, str], target: Path, repairs: Repairs, tell: Tell) -> int:
    schema = pa.schema([(name, arrow_type(kind)) for name, kind in kinds.items()])
    rows, decoded = 0, 0
    infinite = dict.fromkeys(kinds, 0)
    with pq.ParquetWriter(target, schema, compression=COMPRESSION) as writer:
        for batch in source.batches:
            decoded += _refuse_bomb(batch, decoded, source.size)
            arrays = []
            for column, (name, kind) in zip(batch.columns, kinds.items(), strict=True):
                plain = _plain(column, kind)
                if kind == "number":
                    infinite[name] += int(pc.sum(pc.is_inf(plain)).as_py() or 0)
                    plain = pc.if_else(pc.is_finite(plain), plain, None)
                arrays.append(plain)
            writer.write_table(pa.table(arrays, schema=schema), row_group_size=ROWS_PER_GROUP)
            rows += batch.num_rows
            refuse_too_much(rows, len(kinds))
            tell(rows / max(source.rows or rows, 1))
    _tell(kinds, infinite, repairs)
    return rows


def _tell(kinds: dict[str, str], infinite: dict[str, int], repairs: Repairs) -> None:
    for name, count in infinite.items():
        if count:
            repairs.tell(
                gettext_noop("“%(name)s”: infinite values count as missing (%(count)s)."), name=name, count=count
            )
    for name, kind in kinds.items():
        if kind == "nested":
            repairs.tell(gettext_noop("“%(name)s” holds nested values; they were kept as JSON text."), name=name)


def _refuse_bomb(batch: pa.RecordBatch, before: int, size: int) -> int:
    """Bytes of the batch once its dictionaries are spelled out. Raises `RefusedFileError` where that is too much."""
    decoded = sum(_decoded_size(column) for column in batch.columns)
    if decoded > MAX_BATCH_BYTES or too_large(before + decoded, size, ratio=COLUMNS_RATIO):
        raise RefusedFileError(gettext_noop("The file would unpack to far more than its size suggests; it is refused."))
    return decoded


def _decoded_size(column: pa.Array) -> int:
    if not pa.types.is_dictionary(column.type):
        return int(column.nbytes)
    words = column.dictionary
    if not (pa.types.is_string(words.type) or pa.types.is_large_string(words.type)):
        return int(column.nbytes) + len(column) * 8
    lengths = pc.binary_length(words).take(column.indices)
    return int(pc.sum(pc.cast(lengths, pa.int64())).as_py() or 0)


def _plain(column: pa.Array, kind: str) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if kind == "nested":
        return pa.array([_as_json(value) for value in column.to_pylist()], pa.string())
    if kind == "integer" and pa.types.is_uint64(column.type):
        # Beyond the signed range there is no exact number to train on.
        column = pc.if_else(pc.less_equal(column, pa.scalar(INT64_MAX, pa.uint64())), column, None)
    if kind == "date":
        return pc.strftime(pc.cast(column, pa.timestamp("s")), format="%Y-%m-%d")
    if kind == "time":
        moments = pc.cast(column, pa.timestamp("s", column.type.tz), safe=False)
        return pc.strftime(moments, format="%Y-%m-%dT%H:%M:%S")
    return pc.cast(column, arrow_type(kind), safe=False)


def _as_json(value: Any) -> str | None:
    return None if value is None else plain_text(json.dumps(value, ensure_ascii=False, default=str))
