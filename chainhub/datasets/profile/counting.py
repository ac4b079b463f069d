"""The first scan: how many values, how many different ones, from where to where."""

from typing import Any

from chainhub.datasets.inspection.findings import Tell, part_of
from chainhub.datasets.profile.columns import Column, pieces, plain
from chainhub.datasets.profile.engine import Engine, Row

# Up to so much, different values are counted exactly; each column then needs megabytes of its own.
EXACT_CELLS, EXACT_COLUMNS, AT_ONCE = 20_000_000, 300, 40


def count(engine: Engine, columns: list[Column], tell: Tell) -> int:
    """Fill in missing, distinct and limits of every column; how many rows there are."""
    rows = int(engine.ask("SELECT count(*) FROM data")[0][0])
    exact = rows * len(columns) <= EXACT_CELLS and len(columns) <= EXACT_COLUMNS
    done = 0
    for some in pieces(columns, AT_ONCE):
        asked = [_asked(column, exact=exact) for column in some]
        sql = f"SELECT {', '.join(part for parts in asked for part in parts)} FROM data"  # noqa: S608
        part = part_of(tell, done / len(columns), (done + len(some)) / len(columns))
        answers = iter(engine.ask(sql, tell=part)[0])
        for column, parts in zip(some, asked, strict=True):
            _fill(column, tuple(next(answers) for _one in parts), rows, exact=exact)
        done += len(some)
    return rows


def _asked(column: Column, *, exact: bool) -> list[str]:
    """Present, different, lowest, highest, and what the type has besides."""
    name = column.sql
    distinct = f"count(DISTINCT {name})" if exact else f"approx_count_distinct({name})"
    if column.type == "image":
        return [f"count({name})", "NULL", f"min(octet_length({name}))", f"max(octet_length({name}))"]
    if column.type == "number":
        finite = f"FILTER (isfinite({name}))"
        return [f"count({name})", distinct, f"min({name}) {finite}", f"max({name}) {finite}", f"count(*) {finite}"]
    if column.type == "integer" or column.is_moment:
        return [f"count({name})", distinct, f"min({name})", f"max({name})"]
    if column.is_text:
        length = f"length({name})"
        blank = f"count(*) FILTER (trim({name}) = '')"
        return [f"count({name})", distinct, f"min({length})", f"max({length})", f"avg({length})", blank]
    return [f"count({name})", distinct if column.type else "NULL", "NULL", "NULL"]


def _fill(column: Column, found: Row, rows: int, *, exact: bool) -> None:
    present, distinct, low, high, *more = found
    missing = rows - present
    told: dict[str, Any] = {
        "name": column.name,
        "type": column.type,
        "kind": column.kind,
        "missing": missing,
        "missing_share": round(missing / rows, 6) if rows else 0.0,
        # An estimate may exceed what there can be.
        "distinct": 0 if not present else None if distinct is None else min(distinct, present),
        "exact": exact,
    }
    if column.corrected:
        told["corrected"] = True
    if column.is_number:
        told |= {"min": low, "max": high}
        if more and more[0] != present:
            told["not_finite"] = present - more[0]
    elif column.is_moment:
        told |= {"min": None if low is None else str(low), "max": None if high is None else str(high)}
    elif column.is_text:
        told |= {"lengths": {"min": low, "max": high, "mean": plain(more[0])}, "blank": more[1]}
    elif column.type == "image":
        told["bytes"] = {"min": low, "max": high}
    column.told = told
