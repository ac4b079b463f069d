"""Where the model fails: parts of the held-out rows that it judges worse than the rest.

Chung, Kraska, Polyzotis, Tae and Whang, Slice Finder: Automated Data Slicing for Model Validation, ICDE 2019, section
3: slices of one field, each overall and within one organization, that differ from the rest by Welch's test. Here t must
exceed 3, because many are tried. At least 20 rows each, 20 slices, no masked field. At most 60 fields are looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from trainer.data.columns import Bools, Categories, Column, Floats, Ints, Numbers
from trainer.metrics import SMALLEST, Judged
from trainer.tasks import BY_ROW

FEWEST, SHOWN, FIELDS, VALUES, SURE = 20, 20, 60, 50, 3.0
Slice = tuple[dict[str, Any], Bools]


def losses(judged: Judged) -> Floats:
    """Of each row: the log loss of its class, or the squared error."""
    if judged.task == "classification":
        likely = judged.predicted[np.arange(len(judged)), judged.targets.astype(np.int64)]
        found: Floats = -np.log(np.clip(likely, SMALLEST, 1.0))
    else:
        found = (judged.predicted - judged.targets.astype(float)) ** 2
    return found


def slices(judged: Judged, columns: Mapping[str, Column], owner: Ints, slugs: list[str]) -> dict[str, Any]:
    """The worst slices first; `columns` and `owner` of the judged rows."""
    if judged.task not in BY_ROW or len(judged) < 2 * FEWEST:
        return {}
    loss = losses(judged)
    within = {None: np.ones(len(loss), bool)} | {s: owner == p for p, s in enumerate(slugs) if len(slugs) > 1}
    found = []
    for said, inside in _parts(columns):
        for slug, own in within.items():
            part = inside & own
            rows = int(part.sum())
            if rows >= FEWEST and _worse(loss[part], loss[~part]):
                mean = {"loss": float(loss[part].mean()), "overall_loss": float(loss.mean())}
                found.append({**said, "rows": rows, "organization": slug, **mean})
    found.sort(key=lambda item: -item["loss"])
    return {"slices": found[:SHOWN]}


def _worse(inside: Floats, outside: Floats) -> bool:
    if len(outside) < FEWEST:
        return False
    spread = inside.var(ddof=1) / len(inside) + outside.var(ddof=1) / len(outside)
    difference = inside.mean() - outside.mean()
    return bool(difference > SURE * np.sqrt(spread)) if spread > 0 else bool(difference > 0)


def _parts(columns: Mapping[str, Column]) -> Iterator[Slice]:
    for name, column in list(columns.items())[:FIELDS]:
        for said, inside in parts_of(column):
            yield {"field": name, **said}, inside


def parts_of(column: Column) -> Iterator[Slice]:
    """A field's values, or quarters of its numbers, the outer ones open; and the rows in which it is missing."""
    if isinstance(column, Categories):
        counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.vocabulary))
        for code in np.argsort(-counts, kind="stable")[:VALUES].tolist():
            yield {"value": column.vocabulary[code]}, column.codes == code
        missing = column.codes < 0
    else:
        yield from _quarters(column)
        missing = np.isnan(column.values)
    if missing.any():
        yield {"value": None, "missing": True}, missing


def _quarters(column: Numbers) -> Iterator[Slice]:
    known = column.values[~np.isnan(column.values)]
    edges = np.unique(np.quantile(known, [0.25, 0.5, 0.75])).tolist() if len(known) else []
    for low, high in zip([None, *edges], [*edges, None], strict=True) if edges else ():
        above = column.values > (-np.inf if low is None else low)
        yield {"low": low, "high": high}, above & (column.values <= (np.inf if high is None else high))
