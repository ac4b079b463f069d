"""How a pool's target is told apart, for whoever must know it before anything is trained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pyarrow as pa

from trainer.contract import SpecError
from trainer.data.columns import column_of
from trainer.data.target import known, target_of
from trainer.failures import TrainingError


def smallest_classes(
    parts: Sequence[pa.ChunkedArray], *, task: Literal["auto", "classification", "regression"], above: float | None
) -> list[int] | None:
    """Rows of the smallest class in each part of the pool's target; None where it is a quantity.

    Raises ValueError where it can be neither.
    """
    column = column_of(parts)
    if column is None:
        raise ValueError("neither numbers nor categories")
    kept = known(column)
    try:
        target = target_of(column.take(np.flatnonzero(kept)), task, above)
    except (SpecError, TrainingError) as error:
        raise ValueError(str(error)) from error
    if target.task == "regression":
        return None
    part = np.repeat(np.arange(len(parts)), [len(one) for one in parts])[kept]
    classes = target.values.astype(np.int64)
    counts = [np.bincount(classes[part == number]) for number in range(len(parts))]
    return [int(one[one > 0].min()) if one.any() else 0 for one in counts]
