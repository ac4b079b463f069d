"""Memory and work of a forecast, from its shapes."""

from __future__ import annotations

from trainer.recipes.timeseries.schema import AUTO, KERNEL, LAYERED, WAVES, Parameters
from trainer.sizes import FLOAT, Data, Size

DOUBLE = 8


def size_of(p: Parameters, data: Data) -> Size:
    """Every step begins a window; how many fields beside the value are read is not known, so all of numbers count."""
    others = max(0, data.numbers - 1)
    calendar = 2 * (sum(WAVES.values()) if p.calendar == AUTO else WAVES.get(p.calendar, 0))  # at most
    width = p.window * (1 + others) + p.horizon * others * p.known_ahead + calendar
    parameters = work = (width + 1) * p.horizon
    passing = 3 * width + 3 * p.horizon
    if p.network == LAYERED:
        before = 1 + others + calendar
        for _ in range(p.layers):
            parameters += (before * KERNEL + 1) * p.channels
            work += before * KERNEL * p.channels * p.window
            passing += 4 * p.channels * p.window
            before = p.channels
        parameters += (p.channels + 1) * p.horizon
    told = 5 * p.horizon + 20 + 3 * others  # what followed, forecasts without a model, moments, places of windows
    return Size(parameters, work, passing, data.rows * (DOUBLE * told + FLOAT * (others + calendar)))
