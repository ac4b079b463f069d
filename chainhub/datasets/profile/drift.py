"""How far the values of one profile lie from those of another, field by field: the population stability index.

Only summaries are compared, never rows: shares of values for fields with few of them, shares between the deciles of the
first for numbers. Missing values are a share of their own. Below 0.1 hardly anything has moved, from 0.25 on a lot has.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np

SOME, MUCH = 0.1, 0.25
LEAST = 1e-4  # a share of nothing would make the index infinite
SHARES = tuple(str(share) for share in range(10, 100, 10))
FEW_SHARES = ("5", "25", "50", "75", "95")


@dataclass(frozen=True)
class Drift:
    """One field; `index` is None where the two cannot be compared."""

    name: str
    index: float | None

    @property
    def level(self) -> str:
        """none, some or much; empty where nothing can be said."""
        if self.index is None:
            return ""
        return "much" if self.index >= MUCH else "some" if self.index >= SOME else "none"


def drift_between(
    before: Mapping[str, Any], after: Mapping[str, Any], *, hidden: Iterable[str] = ()
) -> list[Drift]:  # fmt: skip
    """Fields that both profiles have, the most moved first; `hidden` ones are left out."""
    skipped = set(hidden)
    old = {field["name"]: field for field in before.get("fields", []) if field["name"] not in skipped}
    both = [field for field in after.get("fields", []) if field["name"] in old and field.get("kind") != "pixel"]
    found = [Drift(field["name"], index_of(old[field["name"]], field)) for field in both]
    return sorted(found, key=lambda one: (one.index is None, -(one.index or 0.0)))


def index_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> float | None:
    """The index of one field; None where its values cannot be compared."""
    shares = _of_values(before, after) or _of_numbers(before, after)
    if shares is None:
        return None
    old, new = (_with_missing(part, field) for part, field in zip(shares, (before, after), strict=True))
    pairs = [(max(a, LEAST), max(b, LEAST)) for a, b in zip(old, new, strict=True)]
    return round(sum((b - a) * log(b / a) for a, b in pairs), 4)


def _of_values(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[list[float], list[float]] | None:
    if "values" not in before or "values" not in after:
        return None
    tables = [{str(one["value"]): one["count"] for one in field["values"]} for field in (before, after)]
    # A value that the other lists only among “others” has no count of its own there.
    complete = [not field.get("other") for field in (before, after)]
    names = [
        name
        for name in {**tables[0], **tables[1]}
        if all(name in t or c for t, c in zip(tables, complete, strict=True))
    ]
    found = []
    for field, table in zip((before, after), tables, strict=True):
        total = sum(table.values()) + field.get("other", 0)
        counts = [table.get(name, 0) for name in names]
        found.append([count / max(total, 1) for count in [*counts, total - sum(counts)]])
    return found[0], found[1]


def _of_numbers(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[list[float], list[float]] | None:
    curves = [_curve(field) for field in (before, after)]
    if curves[0] is None or curves[1] is None:
        return None
    names = SHARES if "10" in before["quantiles"] else FEW_SHARES
    cuts = np.array([value for name in names if (value := before["quantiles"].get(name)) is not None], float)
    cuts = np.unique(cuts)
    found = []
    for values, shares in curves:  # type: ignore[misc]
        below = np.interp(cuts, values, shares, left=0.0, right=1.0)
        found.append(np.diff([0.0, *below, 1.0]).tolist())
    return found[0], found[1]


def _curve(field: Mapping[str, Any]) -> tuple[Sequence[float], Sequence[float]] | None:
    """Values and the shares of rows below them."""
    quantiles = field.get("quantiles") or {}
    low, high = field.get("min"), field.get("max")
    if not isinstance(low, int | float) or not isinstance(high, int | float):
        return None
    points = [(float(name) / 100, value) for name, value in quantiles.items() if isinstance(value, int | float)]
    points = sorted([(0.0, low), *points, (1.0, high)])
    # A value that many rows share is a step: the interpolation takes the curve just after it.
    last: dict[float, float] = {}
    for share, value in points:
        last[float(value)] = share
    return list(last), list(last.values())


def _with_missing(shares: Sequence[float], field: Mapping[str, Any]) -> list[float]:
    missing = float(field.get("missing_share") or 0.0)
    return [missing, *(share * (1 - missing) for share in shares)]
