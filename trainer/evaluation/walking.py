"""Walk-forward: what each block of a back-test earned, by a model that had seen nothing of it or of what came later."""

from __future__ import annotations

from typing import Any

import numpy as np

from trainer.contract import JobSpec
from trainer.data.columns import Floats, Ints
from trainer.data.splits import walk_forward
from trainer.evaluation.trades import Trades


def blocks_of(series: tuple[Floats, Floats], moments: Floats, trades: Trades, spec: JobSpec) -> list[dict[str, Any]]:
    """`series` are the returns of the model and of holding at each of `moments`, in their order, costs taken off."""
    found = []
    for part in walk_forward(trades.times.values, spec.split) if spec.split.kind == "walk-forward" else ():
        own = trades.times.values[part.test]
        inside: Ints = np.flatnonzero((moments >= own.min()) & (moments <= own.max()))
        if not len(inside):
            continue
        made, held = (float(np.prod(1 + one[inside]) - 1) for one in series)
        span = [trades.times.said(float(moments[place])) for place in (inside[0], inside[-1])]
        found.append({"from": span[0], "to": span[1], "moments": len(inside), "model": made, "hold": held})
    return found
