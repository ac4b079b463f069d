"""How many rows the smallest class of a dataset's target has, read from the file that training reads."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from chainhub.datasets.canonical import TRAINING_FILE
from chainhub.datasets.models import DatasetVersion
from chainhub.repositories.storage import open_blob

MOST_CLASSES_OF_NUMBERS = 20  # as the trainer has it: a number with more values than this is a quantity


def fewest_rows(version: DatasetVersion, target: str, parameters: Mapping[str, Any]) -> int | None:
    """Rows of the smallest class; None where the target is a quantity and has no classes.

    0 where the column cannot be found: a term that cannot be checked is not taken as kept.
    """
    column = _column(version, target)
    if column is None:
        return 0
    above = parameters.get("positive_above")
    if above is not None and _is_number(column.type):
        column = pc.greater(column, above)
    elif _is_quantity(column, str(parameters.get("task", "auto"))):
        return None
    counts = pc.value_counts(column).field("counts") if len(column) else []
    return int(pc.min(counts).as_py()) if len(counts) else 0


def _column(version: DatasetVersion, target: str) -> Any:
    """The target of all rows that have one."""
    entry = version.commit.files.select_related("blob").filter(path=TRAINING_FILE).first() if version.commit else None
    if entry is None:
        return None
    with open_blob(entry.blob) as file:
        parquet = pq.ParquetFile(file)
        if target not in parquet.schema_arrow.names:
            return None
        return pc.drop_null(parquet.read(columns=[target]).column(target))


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _is_quantity(column: Any, task: str) -> bool:
    """As the trainer decides: told so, or a number with many values or with fractions."""
    if not _is_number(column.type) or task == "classification":
        return False
    if task == "regression":
        return True
    distinct = pc.unique(column)
    return len(distinct) > MOST_CLASSES_OF_NUMBERS or not pc.all(pc.equal(distinct, pc.round(distinct))).as_py()
