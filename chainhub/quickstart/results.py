"""What taking part was worth: each organization's score alone and together, on its own rows and on everybody's."""

from collections.abc import Mapping
from typing import Any

from chainhub.quickstart.voice import table

NOTHING = "–"


def picture(evaluation: Mapping[str, Any]) -> str:
    """A table of the primary metric, with intervals."""
    metric = str(evaluation.get("primary_metric", ""))
    rows = [_row(part, metric) for part in evaluation.get("organizations", [])]
    head = ["", f"{metric}: own rows, alone", "together", "everybody's rows, alone", "together"]
    return table(head, rows)


def _row(part: Mapping[str, Any], metric: str) -> list[str]:
    name = str(part.get("name") or part.get("organization") or "")
    cells = [_score(part, rows, way, metric) for rows in ("own", "common") for way in ("alone", "together")]
    return [name, *cells]


def _score(part: Mapping[str, Any], rows: str, way: str, metric: str) -> str:
    """`0.93 (0.91 to 0.95)`; a dash where nothing was or could be measured."""
    score = ((part.get(rows) or {}).get(way) or {}).get(metric) or {}
    value, low, high = score.get("value"), score.get("low"), score.get("high")
    if value is None:
        return NOTHING
    return f"{value:.3f}" if low is None or high is None else f"{value:.3f} ({low:.3f}–{high:.3f})"
