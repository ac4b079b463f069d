"""When a search should say that it does not know: the limit, and what it costs.

The limit is such that of the validation questions whose source was among the first five that a published model would
show a chosen share is refused: passages that it does not have hide nothing, and their places are told to nobody. On
held-out questions it is told for many limits how many are answered, how many of those with the right source first, and
how many questions are refused whose own source was taken out of the corpus, so that nothing there answers them.
"""

from __future__ import annotations

import math
from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch

from trainer.data.columns import Bools, Floats, Ints
from trainer.evaluation.seen import Seen
from trainer.measures.retrieval import BEST, FOUND, OTHER, PLACE

LIMITS = [place / 20 for place in range(20)]  # cosines


@runtime_checkable
class Refuses(Protocol):
    """A source of questions."""

    refused: float  # the share of found questions that may be refused

    def answered(self, rows: Ints) -> Bools:
        """Of those rows, whether a published model has their source."""


def refusal(seen: Seen, validation: Ints) -> dict[str, Any]:
    """Of questions whose source a published model has; without such validation rows nothing is refused."""
    if not isinstance(seen.source, Refuses):
        return {}
    rows, validation = (some[seen.source.answered(some)] for some in (seen.rows, validation))
    if not len(rows):
        return {}
    told = _told(seen, rows)
    found: dict[str, Any] = {"refusal": [_at(limit, told) for limit in LIMITS]}
    limit = _limit(_told(seen, validation), seen.source.refused) if len(validation) else None
    if limit is None:
        return found
    return found | {"refused_below": _at(limit, told) | {"validation_rows": len(validation)}}


def _told(seen: Seen, rows: Ints) -> Floats:
    """Of those very rows: `Seen.judged` numbers them anew, and a row's own source would be another's."""
    found: Floats = seen.learner.outputs(torch.from_numpy(rows).to(seen.feed.device)).cpu().double().numpy()
    return found


def _limit(told: Floats, share: float) -> float | None:
    """Rounded down to two digits, so that it is nobody's exact score."""
    best = told[told[:, PLACE] < FOUND, BEST]
    return math.floor(float(np.quantile(best, share)) * 100) / 100 if len(best) else None


def _at(limit: float, told: Floats) -> dict[str, Any]:
    answered = told[:, BEST] >= limit
    right = float((told[answered, PLACE] < 1).mean()) if answered.any() else None
    unknown = float((told[:, OTHER] < limit).mean())
    return {"threshold": limit, "answered": float(answered.mean()), "right": right, "unknown_refused": unknown}
