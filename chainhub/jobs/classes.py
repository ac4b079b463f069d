"""How many rows the smallest class of each dataset's target has, in the values that training reads.

Quantity or classes is decided over the whole pool, as the trainer does it. Values are those of the file, read as its
owner corrected the type; where the file stays with its owner, those that inspection counted.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from chainhub.datasets.canonical import TRAINING_FILE
from chainhub.datasets.models import DatasetVersion
from chainhub.datasets.recasting import recast
from chainhub.datasets.roles import corrected_types, types_of
from chainhub.jobs.catalogue import smallest_classes
from chainhub.repositories.storage import open_blob

MOST_CLASSES_OF_NUMBERS = 20  # as the trainer has it: a number with more values than this is a quantity
NUMBERS = {"integer", "number"}
LONGEST_VALUE = 60  # inspection cuts longer ones off


def fewest_rows(
    versions: Sequence[DatasetVersion], target: str, parameters: Mapping[str, Any]
) -> dict[int, int | None]:
    """Version to the rows of its smallest class; None for a quantity. One that cannot be counted is left out."""
    task, above = str(parameters.get("task", "auto")), parameters.get("positive_above")
    parts = {version.pk: _values(version, target) for version in versions}
    unknown = [version for version in versions if parts[version.pk] is None]
    if above is None and _is_quantity(unknown, target, task):
        return dict.fromkeys(parts)
    if any(types_of(one.dataset, one.inspection).get(target) in NUMBERS for one in unknown) and above is None:
        return {}  # whether it is a quantity hangs on values that nobody has counted
    found = {pk: part for pk, part in parts.items() if part is not None}
    try:
        counted = smallest_classes(list(found.values()), task=_task(task, unknown), above=above)
    except ValueError:
        return {}
    return dict.fromkeys(found) if counted is None else dict(zip(found, counted, strict=True))


def _is_quantity(unknown: Sequence[DatasetVersion], target: str, task: str) -> bool:
    """Whether the uncounted ones settle it: with a number of so many values, the pool has as many."""
    fields = [_field(one, target) for one in unknown]
    many = any(
        field.get("type") in NUMBERS and (field.get("distinct") or 0) > MOST_CLASSES_OF_NUMBERS for field in fields
    )
    corrected = any(target in corrected_types(one.dataset, one.inspection) for one in unknown)
    return task == "auto" and many and not corrected


def _task(task: str, unknown: Sequence[DatasetVersion]) -> str:
    """Beside words that nobody has counted, the pool has classes."""
    return "classification" if unknown and task == "auto" else task


def _values(version: DatasetVersion, target: str) -> pa.ChunkedArray | None:
    """Every value of the target as training reads it; None where they cannot be had."""
    column = _counted(version, target) if version.reference is not None else _stored(version, target)
    wanted = corrected_types(version.dataset, version.inspection).get(target)
    if column is None or wanted is None:
        return column
    chunks = column.chunks or [pa.array([], column.type)]
    return pa.chunked_array([recast(chunk, wanted) for chunk in chunks])


def _stored(version: DatasetVersion, target: str) -> pa.ChunkedArray | None:
    entry = version.commit.files.select_related("blob").filter(path=TRAINING_FILE).first() if version.commit else None
    if entry is None:
        return None
    with open_blob(entry.blob) as file:
        parquet = pq.ParquetFile(file)
        names = parquet.schema_arrow.names
        # By its place: a name with a point in it may bring others along.
        return parquet.read(columns=[target]).column(target) if target in names else None


def _counted(version: DatasetVersion, target: str) -> pa.ChunkedArray | None:
    """As many of each value as inspection found; None where it did not count every one of them."""
    field = _field(version, target)
    told = field.get("distribution") or {}
    values = told.get("values", [])
    known = int(version.inspection.get("rows") or 0) - int(field.get("missing") or 0)
    whole = told.get("kind") == "values" and sum(one["count"] for one in values) == known
    cut = any(len(str(one["value"])) >= LONGEST_VALUE for one in values)
    if not whole or cut or "described_rows" in version.inspection:
        return None
    return pa.chunked_array([pa.array([one["value"]] * one["count"]) for one in values])


def _field(version: DatasetVersion, target: str) -> Mapping[str, Any]:
    return next((one for one in version.inspection.get("fields", []) if one["name"] == target), {})
