"""How far a predicted number may be off: split conformal prediction.

Lei, G'Sell, Rinaldo, Tibshirani and Wasserman, Distribution-Free Predictive Inference for Regression, JASA 113 (2018),
section 2.2. The half width is learnt from the validation rows and its coverage counted on the held-out ones. Where
early stopping looked at the validation rows too, the width is a little too small; the coverage says by how much.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from trainer.data.columns import Floats, Ints
from trainer.metrics import Judged

LEVEL = 0.9


def half_width(errors: Floats, level: float = LEVEL) -> float | None:
    """The ⌈(n + 1) · level⌉-th smallest absolute error; None where there are too few for that."""
    place = math.ceil((len(errors) + 1) * level)
    return float(np.sort(errors)[place - 1]) if place <= len(errors) else None


def rounded_up(width: float) -> float:
    """To three digits: as it is, it would be the error of a single row."""
    if width <= 0:
        return width
    unit = 10.0 ** (math.floor(math.log10(width)) - 2)
    return float(f"{math.ceil(width / unit) * unit:.3g}") if unit > 0 else width


def interval(validation: Judged, test: Judged, owner: Ints, slugs: list[str]) -> dict[str, Any]:
    """`owner` are the places of the held-out rows' organizations in `slugs`."""
    exact = half_width(_off(validation))
    if exact is None or not len(test):
        return {}
    width = rounded_up(exact)
    inside = _off(test) <= width
    present = [(slug, owner == place) for place, slug in enumerate(slugs) if (owner == place).any()]
    return {
        "interval": {
            "level": LEVEL,
            "half_width": width,
            "covered": float(inside.mean()),
            "organizations": {slug: float(inside[own].mean()) for slug, own in present},
        }
    }


def _off(judged: Judged) -> Floats:
    found: Floats = np.abs(judged.predicted - judged.targets.astype(float))
    return found
