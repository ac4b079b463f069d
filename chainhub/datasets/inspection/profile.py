"""The report on a typed table: each field's type, gaps and distribution, what could be a target, a preview."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from chainhub.datasets.inspection.fields import describe
from chainhub.datasets.inspection.findings import Findings, Repairs, Tell
from chainhub.datasets.inspection.guesses import identifiers_of, targets_of
from chainhub.datasets.inspection.pixels import SHOWN, PixelShape, pictures, shape_of

CELLS_AT_ONCE = 8_000_000
ROWS_DESCRIBED = 4_000_000
PREVIEW_ROWS = 50
PREVIEW_COLUMNS = 60
PREVIEW_TEXT = 120
GROUPS_LOOKED_AT = 8
WIDE = 300  # columns from which on the pictures are coarser


def profile(
    training: Path,
    types: dict[str, str],
    report: dict[str, Any],
    repairs: Repairs,
    *,
    pixels: PixelShape | None,
    tell: Tell,
) -> Findings:
    """Describe the table at `training`, whose columns have these types."""
    with pq.ParquetFile(training) as file:
        rows = file.metadata.num_rows
        names = list(types)
        pixels = pixels or shape_of(names, {name for name in names if types[name] in {"integer", "number"}})
        in_picture = _pixel_names(names, pixels)
        fields = _fields(file, types, in_picture, tell)
        report |= {
            "rows": rows,
            "columns": len(names),
            "fields": fields,
            "targets": targets_of(fields, pixels.label if pixels else ""),
            "identifiers": identifiers_of(fields, rows),
            "preview": _preview(file, names, in_picture, fields),
            "repairs": repairs.told,
        }
        if rows > ROWS_DESCRIBED:
            report["described_rows"] = ROWS_DESCRIBED
        if pixels:
            report["pixels"] = _pixels(file, pixels, in_picture, fields, report["preview"])
    return Findings(kind="table", rows=rows, training=training, report=json.loads(json.dumps(report)))


def _pixel_names(names: list[str], pixels: PixelShape | None) -> list[str]:
    return [name for name in names if name != pixels.label] if pixels else []


def _fields(file: pq.ParquetFile, types: dict[str, str], in_picture: list[str], tell: Tell) -> list[dict[str, Any]]:
    """Columns are read a few at a time, so that memory follows the length of the table and not its width."""
    names, rows, plain = list(types), max(file.metadata.num_rows, 1), set(in_picture)
    at_once = max(1, CELLS_AT_ONCE // min(rows, ROWS_DESCRIBED))
    bins = 20 if len(names) <= WIDE else 10
    fields: list[dict[str, Any]] = []
    for start in range(0, len(names), at_once):
        table = _head(file, names[start : start + at_once], ROWS_DESCRIBED)
        for name in table.column_names:
            fields.append(describe(name, types[name], table.column(name), bins=bins, pixel=name in plain))  # noqa: PERF401
        tell((start + at_once) / len(names))
    return fields


def _head(file: pq.ParquetFile, names: list[str], rows: int) -> pa.Table:
    """The first rows of some columns."""
    groups, held = [], 0
    for number in range(file.num_row_groups):
        groups.append(number)
        held += file.metadata.row_group(number).num_rows
        if held >= rows:
            break
    return file.read_row_groups(groups, columns=names, use_threads=False)


def _spread(file: pq.ParquetFile, names: list[str], count: int) -> pa.Table:
    """Rows taken evenly from the whole: tables are often sorted by what they show."""
    groups = np.unique(np.linspace(0, file.num_row_groups - 1, GROUPS_LOOKED_AT).astype(int)).tolist()
    parts = []
    for group in groups:
        table = file.read_row_group(group, columns=names, use_threads=False)
        wanted = min(table.num_rows, -(-count // len(groups)))
        parts.append(table.take(np.unique(np.linspace(0, table.num_rows - 1, wanted).astype(int))))
    return pa.concat_tables(parts).slice(0, count)


def _preview(
    file: pq.ParquetFile, names: list[str], in_picture: list[str], fields: list[dict[str, Any]]
) -> dict[str, Any]:  # fmt: skip
    shown = [name for name in names if name not in set(in_picture)][:PREVIEW_COLUMNS] or names[:PREVIEW_COLUMNS]
    table = _head(file, shown, PREVIEW_ROWS).slice(0, PREVIEW_ROWS)
    rows = [[_shown(value) for value in row.values()] for row in table.to_pylist()]
    return {"columns": shown, "rows": rows, "hidden": len(names) - len(shown)}


def _shown(value: Any) -> Any:
    if isinstance(value, str):
        return value if len(value) <= PREVIEW_TEXT else value[:PREVIEW_TEXT] + "…"
    if isinstance(value, float):
        return round(value, 6) if np.isfinite(value) else None
    return value


def _pixels(
    file: pq.ParquetFile, shape: PixelShape, names: list[str], fields: list[dict[str, Any]], preview: dict[str, Any]
) -> dict[str, Any]:
    table = _spread(file, [*names, shape.label], SHOWN)
    values = np.stack([table.column(name).to_numpy().astype(float) for name in names], axis=1)
    maximum = max((field["max"] or 0 for field in fields if field["kind"] == "pixel"), default=0)
    preview["images"] = pictures(np.nan_to_num(values), table.column(shape.label).to_pylist(), shape, maximum)
    return shape.as_json(maximum)
