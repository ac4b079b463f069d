"""What taking part was worth: each organization's score alone and together, on its own rows and on everybody's."""

from collections.abc import Mapping
from typing import Any

from chainhub.quickstart.voice import table

NOTHING = "–"
WAYS = ("alone", "together")


def picture(evaluation: Mapping[str, Any]) -> str:
    """A table of the primary metric with its intervals; the last line is the mean over organizations' own rows."""
    metric = str((evaluation.get("primary_metric") or {}).get("name", ""))
    rows = [_row(part, metric) for part in evaluation.get("organizations", [])]
    mean = [_number((evaluation.get("weighted") or {}).get(way) or {}, metric) for way in WAYS]
    head = [metric, "own rows: alone", "together", "everybody's rows: alone", "together"]
    return table(head, [*rows, ["(mean, weighted by rows)", *mean, "", ""]])


def _row(part: Mapping[str, Any], metric: str) -> list[str]:
    name = str(part.get("name") or part.get("organization") or "")
    return [name, *(_score((part.get(rows) or {}).get(way), metric) for rows in ("own", "common") for way in WAYS)]


def _score(scores: Mapping[str, Any] | None, metric: str) -> str:
    """`0.930 (0.910–0.950)`; a dash where nothing was or could be measured."""
    score = (scores or {}).get(metric) or {}
    value, low, high = score.get("value"), score.get("low"), score.get("high")
    if value is None:
        return NOTHING
    return f"{value:.3f}" if low is None or high is None else f"{value:.3f} ({low:.3f}–{high:.3f})"


def _number(values: Mapping[str, Any], metric: str) -> str:
    value = values.get(metric)
    return NOTHING if value is None else f"{value:.3f}"
