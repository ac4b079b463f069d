"""What several measures are made of."""

from __future__ import annotations

import numpy as np

from trainer.data.columns import Floats
from trainer.metrics import Counts


def ratio(above: Floats, below: Floats) -> Floats:
    """NaN where nothing is below."""
    found: Floats = np.divide(above, below, out=np.full(np.shape(above), np.nan), where=np.asarray(below) > 0)
    return found


def mean(values: Floats, counts: Counts) -> Floats:
    """Of each resample, over the rows that it drew."""
    return ratio(counts @ values, counts.sum(axis=1))
