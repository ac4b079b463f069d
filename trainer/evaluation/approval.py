"""Who would be approved, group by group, if a chosen share of all rows were: those least likely to be bad.

Demographic parity asks for the same share in each group; equal opportunity for the same share of those who turned out
good (Hardt, Price and Srebro, Equality of Opportunity in Supervised Learning, NIPS 2016, sections 1 and 2).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from trainer.data.columns import Bools, Categories
from trainer.evaluation.groups import FEWEST
from trainer.metrics import Judged


def approval(judged: Judged, column: Categories, values: list[str], bad: int, share: float) -> dict[str, Any]:
    """Of the groups named by `values`, which have 20 rows and more; a rate of fewer good rows than that is not told."""
    likely, good = judged.predicted[:, bad], judged.targets.astype(np.int64) != bad
    approved = likely <= np.quantile(likely, share, method="inverted_cdf")
    found: list[dict[str, Any]] = []
    for value in values:
        inside = column.codes == column.vocabulary.index(value)
        found.append({
            "value": value,
            "approved": _rate(approved[inside]),
            "good_approved": _rate(approved[inside & good]),
            "good": int((inside & good).sum()),
        })  # fmt: skip
    return {
        "share": share,
        "approved": float(approved.mean()),
        "groups": found,
        "parity_gap": _gap([item["approved"] for item in found]),
        "opportunity_gap": _gap([item["good_approved"] for item in found]),
    }


def _rate(approved: Bools) -> float | None:
    return float(approved.mean()) if len(approved) >= FEWEST else None


def _gap(rates: list[float | None]) -> float | None:
    known = [rate for rate in rates if rate is not None]
    return max(known) - min(known) if len(known) > 1 else None
