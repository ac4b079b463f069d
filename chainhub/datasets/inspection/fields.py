"""One field in numbers: gaps, different values, spread, and a distribution small enough to draw."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
TOP = 10
FEW_VALUES = 20
MOST_CATEGORIES = 200
SHORT = 60
EXAMPLES = 5


def describe(name: str, kind: str, column: pa.ChunkedArray, *, bins: int, pixel: bool = False) -> dict[str, Any]:
    """A JSON object; `type` is how values are stored, `kind` what the field seems to be."""
    rows = len(column)
    told: dict[str, Any] = {
        "name": name,
        "type": kind,
        "missing": column.null_count,
        "missing_share": round(column.null_count / rows, 6) if rows else 0.0,
    }
    if kind in {"integer", "number"}:
        told |= _numbers(column, kind, bins=bins, brief=pixel)
    else:
        told |= _words(column, kind, bins=bins)
    told["kind"] = "pixel" if pixel else _kind(told, rows)
    if told["kind"] == "empty":
        # A column without any value fits whatever the same column holds elsewhere.
        told["type"] = "empty"
    return told


def _kind(told: dict[str, Any], rows: int) -> str:
    """identifier, constant, empty, boolean, category, number, date or text."""
    known = rows - told["missing"]
    if known == 0:
        return "empty"
    if told["distinct"] == 1:
        return "constant"
    if told["type"] in {"boolean", "date"}:
        return str(told["type"])
    if told["type"] == "time":
        return "date"
    if told["type"] in {"integer", "number"}:
        return "number"
    few = told["distinct"] <= min(MOST_CATEGORIES, max(FEW_VALUES, known // 10))
    return "category" if few and told["distinct"] < max(known, 2) else "text"


def _numbers(column: pa.ChunkedArray, kind: str, *, bins: int, brief: bool) -> dict[str, Any]:
    limits = pc.min_max(column).as_py()
    if brief or limits["min"] is None:
        return {"distinct": None if brief else 0, **limits}
    values = pc.cast(column.drop_null(), pa.float64(), safe=False).to_numpy()
    distinct = int(pc.count_distinct(column, mode="only_valid").as_py())
    spread = np.quantile(values, SHARES).tolist()
    return {
        "distinct": distinct,
        **limits,
        "mean": _round(float(values.mean())),
        "std": _round(float(values.std())),
        "quantiles": {f"{int(share * 100)}": _round(value) for share, value in zip(SHARES, spread, strict=True)},
        "distribution": _counted(column) if distinct <= FEW_VALUES and kind == "integer" else _binned(values, bins),
        "examples": pc.unique(column.drop_null()[:1000]).to_pylist()[:EXAMPLES],
    }


def _words(column: pa.ChunkedArray, kind: str, *, bins: int) -> dict[str, Any]:
    known = column.drop_null()
    told: dict[str, Any] = {"distinct": int(pc.count_distinct(known).as_py())}
    if kind in {"date", "time"} and len(known):
        told |= {"min": pc.min(known).as_py(), "max": pc.max(known).as_py(), "distribution": _dates(known, bins)}
    elif told["distinct"] < len(known) or kind == "boolean":
        told["distribution"] = _counted(known)
    told["examples"] = [_text(value) for value in pc.unique(known[:1000]).to_pylist()[:EXAMPLES]]
    return told


def _counted(column: pa.ChunkedArray) -> dict[str, Any]:
    """The most frequent values, and how many rows hold others."""
    found = pc.value_counts(column.drop_null())
    order = pc.sort_indices(found.field("counts"), sort_keys=[("", "descending")])
    counts = found.field("counts").take(order)
    values = found.field("values").take(order)
    limit = FEW_VALUES if len(values) <= FEW_VALUES else TOP
    top = [
        {"value": _text(value), "count": count}
        for value, count in zip(values[:limit].to_pylist(), counts[:limit].to_pylist(), strict=True)
    ]
    return {"kind": "values", "values": top, "other": int(pc.sum(counts[limit:]).as_py() or 0)}


def _binned(values: Any, bins: int) -> dict[str, Any]:
    low, high = float(values.min()), float(values.max())
    with np.errstate(over="ignore", invalid="ignore"):
        if not np.isfinite(high - low) or high == low:
            return {"kind": "histogram", "edges": [low, high], "counts": [len(values)]}
        counts, edges = np.histogram(values, bins=bins, range=(low, high))
    return {"kind": "histogram", "edges": [_round(edge) for edge in edges.tolist()], "counts": counts.tolist()}


def _dates(known: pa.ChunkedArray, bins: int) -> dict[str, Any]:
    moments = pc.strptime(pc.utf8_slice_codeunits(known, 0, 10), format="%Y-%m-%d", unit="s", error_is_null=True)
    seconds = pc.cast(moments.drop_null(), pa.int64()).to_numpy()
    told = _binned(seconds.astype(float), bins)
    edges = np.array(told["edges"], "int64").astype("datetime64[s]").astype("datetime64[D]")
    return {"kind": "dates", "edges": [str(edge) for edge in edges], "counts": told["counts"]}


def _round(value: float) -> float | None:
    """Six significant digits are more than any picture shows."""
    return float(f"{value:.6g}") if np.isfinite(value) else None


def _text(value: Any) -> Any:
    return value if not isinstance(value, str) or len(value) <= SHORT else value[: SHORT - 1] + "…"
