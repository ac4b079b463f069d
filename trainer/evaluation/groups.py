"""Whether the model serves groups alike: every metric within each group of a chosen field.

Metrics by group as in Mitchell et al., Model Cards for Model Reporting, FAT* 2019, section 4.3, and their gap as in
Hardt, Price and Srebro, Equality of Opportunity in Supervised Learning, NIPS 2016, section 2. Groups have at least 20
rows, and there are at most 12 of them. The field need not be one that the model reads.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from trainer.contract import N_, JobSpec, SpecError
from trainer.data.columns import Categories, Column, Numbers, text_of
from trainer.data.reading import read_parties
from trainer.data.rows import field_of, labelled
from trainer.intervals import with_intervals
from trainer.metrics import Judged

FEWEST, MOST, DISTINCT = 20, 12, 6  # rows of a group; groups; numbers that are groups as they are


def group_of(spec: JobSpec, field: str) -> Categories | None:
    """The field of every row that has a target, numbers as ranges; None without a field. SpecError when it is none."""
    if not field:
        return None
    if field in spec.masked:
        raise SpecError(
            N_("“%(field)s” is masked, so groups cannot be told apart by it."), {"field": field}, field="group_field"
        )
    fields = None if field == spec.target else (field,)
    parties = read_parties(spec.model_copy(update={"fields": fields}))
    column = field_of(parties, field)
    if column is None or not _known(column).any():
        raise SpecError(N_("No organization's data has groups in “%(field)s”."), {"field": field}, field="group_field")
    chosen = column.take(labelled(parties, spec.target, lambda _: None).rows)
    return ranges(chosen) if isinstance(chosen, Numbers) else chosen


def groups(judged: Judged, field: str, column: Categories, samples: int, seed: int) -> dict[str, Any]:
    """`column` of the judged rows. The gap is between the best and the worst group."""
    counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.vocabulary))
    shown = [code for code in np.argsort(-counts, kind="stable")[:MOST].tolist() if counts[code] >= FEWEST]
    found = []
    for code in sorted(shown):
        inside = np.flatnonzero(column.codes == code)
        metrics = with_intervals(judged.at(inside), samples, seed)
        found.append({"value": column.vocabulary[code], "rows": len(inside), "metrics": metrics})
    gap = {}
    for name in found[0]["metrics"] if found else ():
        values = [item["metrics"][name]["value"] for item in found if item["metrics"][name]["value"] is not None]
        if len(values) > 1:
            gap[name] = max(values) - min(values)
    left_out = len(judged) - sum(item["rows"] for item in found)
    return {"groups": {"field": field, "groups": found, "gap": gap, "left_out": left_out}}


def ranges(column: Numbers) -> Categories:
    """A few different numbers are groups as they are, many fall into quarters."""
    known = ~np.isnan(column.values)
    distinct = np.unique(column.values[known])
    if len(distinct) <= DISTINCT:
        codes = np.where(known, np.searchsorted(distinct, column.values), -1)
        return Categories(codes.astype(np.int64), [text_of(float(value)) for value in distinct])
    edges = np.unique(np.quantile(column.values[known], [0.25, 0.5, 0.75]))
    names = [f"{edge:.4g}" for edge in edges.tolist()]
    between = [f"{low} – {high}" for low, high in pairwise(names)]
    codes = np.where(known, np.searchsorted(edges, column.values, side="left"), -1)
    return Categories(codes.astype(np.int64), [f"≤ {names[0]}", *between, f"> {names[-1]}"])


def _known(column: Column) -> np.ndarray[Any, np.dtype[np.bool_]]:
    return ~np.isnan(column.values) if isinstance(column, Numbers) else column.codes >= 0
