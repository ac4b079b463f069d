"""Which of the calendar's periods a forecast can read: steps must be short enough, and the series long enough."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trainer.contract import N_, SpecError
from trainer.data.columns import Floats
from trainer.failures import TrainingError
from trainer.recipes.timeseries.calendar import DAY, Waves
from trainer.recipes.timeseries.reading import Read
from trainer.recipes.timeseries.schema import AUTO, NO_CALENDAR, WAVES

SECONDS = {"day": DAY, "week": 7 * DAY, "year": 365.2425 * DAY}
TWICE = 2  # as often something must have come round to be learnt, and as many steps it must have


def waves_of(read: Read, chosen: str) -> Waves:
    """What there is to tell of these series; automatically that which came round twice at least.

    SpecError where the time is no date; TrainingError where steps are too long for what was chosen.
    """
    if chosen == NO_CALENDAR or (chosen == AUTO and not read.dates):
        return {}
    if not read.dates:
        text = N_("“%(field)s” holds no dates, so no calendar tells anything of its steps.")
        raise SpecError(text, {"field": read.time}, field="calendar")
    step, span = _step_and_span([one.moments for one in read.series])
    steps = {period: round(seconds / step) if step else 0 for period, seconds in SECONDS.items()}
    if chosen == AUTO:
        seen = [period for period in SECONDS if steps[period] >= TWICE and span >= TWICE * SECONDS[period]]
    else:
        seen = [chosen]
    if any(steps[period] < TWICE for period in seen):
        raise TrainingError(
            "data",
            N_("Steps of “%(field)s” are too long to tell what was chosen of the calendar apart."),
            N_("Choose what changes from step to step, or let it be found out."),
            field=read.time,
        )
    return {period: min(WAVES[period], steps[period] // 2) for period in seen}


def _step_and_span(moments: Sequence[Floats]) -> tuple[float, float]:
    """Of all series: the usual time between two steps, and the longest from a first to a last one; 0 where none is."""
    apart = np.concatenate([np.diff(one) for one in moments])
    if not len(apart):
        return 0.0, 0.0
    return float(np.median(apart)), max(float(one[-1] - one[0]) for one in moments)
