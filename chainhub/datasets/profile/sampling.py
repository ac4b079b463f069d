"""Rows taken evenly from the whole, for what need not be counted: signs of personal data, frequent long texts."""

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from chainhub.datasets.profile.columns import Column
from chainhub.datasets.profile.personal import suspected

GROUPS = 8
MOST_ROWS = 20_000
MOST_CELLS = 1_000_000
FEWEST_ROWS = 200
LOOKED_AT = 3_000  # different values of a field
LONGEST = 2_000  # letters of a text


def look_at_samples(source: Path, columns: list[Column]) -> None:
    """Fill in which fields seem to hold personal data."""
    fields = [one for one in columns if (one.is_text or one.type == "integer") and one.kind != "pixel"]
    if not fields:
        return
    rows = max(FEWEST_ROWS, min(MOST_ROWS, MOST_CELLS // len(fields)))
    found = _samples(source, [one.name for one in fields], rows)
    for one in fields:
        told = suspected(one.name, found[one.name], numbers=not one.is_text)
        if told:
            one.told["personal"] = told


def _samples(source: Path, names: list[str], rows: int) -> dict[str, list[Any]]:
    """Different values of each column, from row groups that lie evenly in the file."""
    seen: dict[str, Counter[Any]] = {name: Counter() for name in names}
    with pq.ParquetFile(source) as file:
        groups = np.unique(np.linspace(0, file.num_row_groups - 1, GROUPS).astype(int)).tolist()
        for group in groups:
            wanted = -(-rows // len(groups))
            batch = next(file.iter_batches(wanted, row_groups=[group], columns=names, use_threads=False), None)
            if batch is None:
                continue
            for name in names:  # others may be there: a column `a.b` comes along with `a`
                seen[name].update(_short(value) for value in batch.column(name).to_pylist() if value is not None)
    return {name: [value for value, _count in counter.most_common(LOOKED_AT)] for name, counter in seen.items()}


def _short(value: Any) -> Any:
    return value[:LONGEST] if isinstance(value, str) else value
