"""What a back-test needs of forecast returns: when each was earned, and by which series."""

from __future__ import annotations

import numpy as np

from trainer.contract import N_, SpecError
from trainer.data.times import Times
from trainer.evaluation.trades import Trades, check_returns
from trainer.recipes.timeseries.reading import Read
from trainer.recipes.timeseries.schema import Parameters
from trainer.recipes.timeseries.windows import Windows

HIGHEST = 700.0  # a logarithm whose power a float still holds


def traded(windows: Windows, read: Read, target: str, p: Parameters, *, masked: bool) -> Trades | None:
    """Of every window the return of its first step, which begins when the window ends: nothing of it was known."""
    if p.back_test == "none":
        return None
    if masked:
        text = N_("“%(field)s” is masked, and a back-test would show its values.")
        raise SpecError(text, {"field": target}, field="back_test")
    gained = windows.told[:, 0]
    returns = np.expm1(np.minimum(gained, HIGHEST)) if p.back_test == "log" else gained
    trades = Trades(Times(windows.times, read.dates), returns, windows.series, "back_test")
    check_returns(target, trades)
    return trades
