"""What a calendar tells of a moment, as sines and cosines: the time of day, of the week and of the year.

A forecast reads that of its window's last step. Where its own steps stand follows from it: `h` steps later a wave has
turned by a known angle, which weights of their own for each step hold. So nothing later than the window is looked at,
not even whether a step is missing there.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np

from trainer.contract import N_
from trainer.data.columns import Floats
from trainer.serving import refusal

DAY = 86_400.0
MONDAY = 3  # 1970 began on a Thursday

Waves = dict[str, int]  # period -> how many waves of it, the slowest first


def columns_of(waves: Waves) -> int:
    """How many numbers a moment becomes."""
    return 2 * sum(waves.values())


def waved(moments: Floats, waves: Waves) -> Floats:
    """Moments × (the cosine and the sine of every wave)."""
    parts = []
    for period, count in waves.items():
        angles = 2 * np.pi * _phase(moments, period)[:, None] * np.arange(1, count + 1)
        parts += [np.cos(angles), np.sin(angles)]
    found: Floats = np.concatenate(parts, 1) if parts else np.empty((len(moments), 0))
    return found


def _phase(moments: Floats, period: str) -> Floats:
    """How much of it is over, from 0 to 1; months are twelfths of a year, however long."""
    if period == "day":
        found: Floats = moments / DAY % 1
        return found
    if period == "week":
        return (moments / DAY + MONDAY) / 7 % 1
    months = np.floor(moments).astype("datetime64[s]").astype("datetime64[M]")
    begin, end = ((months + later).astype("datetime64[s]").astype(np.float64) for later in (0, 1))
    return (months.astype(np.int64) % 12 + (moments - begin) / (end - begin)) / 12


def moment_of(told: Any, field: str) -> float:
    """When the last value was, of a request; of several moments the last."""
    last = told[-1] if isinstance(told, list) and told else told
    try:
        moment = datetime.fromisoformat(last.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (AttributeError, ValueError):
        text = N_("“%(field)s” tells when the last value was, as 2026-01-31 or 2026-01-31 14:00.")
        raise refusal(text, field=field) from None
