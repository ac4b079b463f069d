"""Partial dependence: the mean answer when one field has the same value in every row.

Friedman, Greedy Function Approximation: A Gradient Boosting Machine, Annals of Statistics 29 (2001), section 8.2. Over
at most 300 held-out rows; numbers at 15 places between the 5th and 95th percentile, categories at the 12 most frequent.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from trainer.data.columns import Categories, Column, Floats, Ints, Numbers
from trainer.evaluation.seen import OfTable, Seen

FIELDS, MOST_ROWS, PLACES, VALUES, FEWEST = 8, 300, 15, 12, 20
OWN = 5  # rows of an organization; the line of a single one would tell what else stands in that row


def partial_dependence(seen: Seen, important: list[str]) -> dict[str, Any]:
    """The most important fields that are not masked, overall and for each organization's rows."""
    if not isinstance(seen.preparation, OfTable):
        return {}
    rows = seen.sample(MOST_ROWS, "dependence")
    columns = {name: column.take(rows) for name, column in seen.preparation.columns.items()}
    names = [name for name in important if name in columns and name not in seen.spec.masked][:FIELDS]
    if len(rows) < FEWEST or not names:
        return {}
    of = _watched(seen, rows)
    label = seen.source.target.labels[of] if seen.source.target.labels else None
    found = [
        {"field": name, "label": label, **_of_field(seen, seen.preparation, columns, name, rows, of)} for name in names
    ]
    return {"partial_dependence": [item for item in found if len(item["points"]) > 1]}


def _watched(seen: Seen, rows: Ints) -> int:
    """The class whose probability is told: the second of two, else the most frequent one."""
    labels = seen.source.target.labels
    if len(labels) <= 2:  # noqa: PLR2004
        return len(labels) - 1
    return int(np.bincount(seen.source.target.values[rows].astype(np.int64)).argmax())


def _of_field(
    seen: Seen, preparation: OfTable, columns: dict[str, Column], name: str, rows: Ints, of: int
) -> dict[str, Any]:
    column, owner = columns[name], seen.source.owner[rows]
    points, counts = [], np.bincount(owner, minlength=len(seen.names()))
    own = {slug: owner == place for place, slug in enumerate(seen.names()) if counts[place] >= OWN}
    for at, changed in _changes(column, len(rows)):
        predicted = seen.judged(preparation.encoded(columns | {name: changed}, seen.feed.device), rows).predicted
        values: Floats = predicted if predicted.ndim == 1 else predicted[:, of]
        by = {slug: float(values[inside].mean()) for slug, inside in own.items()}
        points.append({"at": at, "value": float(values.mean()), "organizations": by})
    return {"kind": "number" if isinstance(column, Numbers) else "category", "points": points}


def _changes(column: Column, rows: int) -> list[tuple[float | str, Column]]:
    """Each value, and the column that holds nothing else. What few rows hold is not told."""
    if isinstance(column, Numbers):
        known = column.values[~np.isnan(column.values)]
        if len(known) < FEWEST:
            return []
        low, high = np.percentile(known, [5, 95])
        return [(at, Numbers(np.full(rows, at))) for at in np.unique(np.linspace(low, high, PLACES)).tolist()]
    counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.vocabulary))
    frequent = [code for code in np.argsort(-counts, kind="stable")[:VALUES].tolist() if counts[code] > 1]
    return [(column.vocabulary[c], Categories(np.full(rows, c, np.int64), column.vocabulary)) for c in frequent]
