"""Versions of models beside their scores, the best of each metric marked."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from chainhub.registry import scores
from chainhub.registry.models import ModelVersion
from chainhub.web.evaluations import format_of

ROWS = 8


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A version, its score on everybody's held-out rows, and what each would have reached alone."""

    version: ModelVersion
    metric: str
    title: str
    value: float | None
    alone: float | None
    best: bool

    @property
    def format(self) -> str:
        """How its values are written."""
        return format_of(self.metric)

    @property
    def gain(self) -> float | None:
        """What training together brought; positive when it is better."""
        if self.value is None or self.alone is None:
            return None
        return (self.value - self.alone) * (1 if scores.higher_is_better(self.metric) else -1)


def ranked(versions: Iterable[ModelVersion]) -> list[Entry]:
    """Best first within each metric; metrics in the order in which they first occur."""
    listed = list(versions)
    metrics = list(dict.fromkeys(one.primary_metric for one in listed))
    return [entry for metric in metrics for entry in _ranked([one for one in listed if one.primary_metric == metric])]


def entries(versions: Iterable[ModelVersion]) -> list[Entry]:
    """In the order given."""
    return [_entry(version, best=False) for version in versions]


def board(listed: list[Entry]) -> dict[str, Any]:
    """What the chart "intervals" draws of the entries in the first metric; empty where nothing was compared."""
    measured = [entry for entry in listed if entry.metric == listed[0].metric and entry.alone is not None][:ROWS]
    if not measured:
        return {}
    rows = [
        {
            "name": f"{entry.version.model.name} v{entry.version.number}",
            "colour": None,
            "alone": {"value": entry.alone},
            "together": {"value": entry.value},
        }
        for entry in measured
    ]
    better = scores.higher_is_better(measured[0].metric)
    metric = {"label": measured[0].title, "format": measured[0].format, "higher_is_better": better}
    return {"metric": metric, "rows": rows}


def _ranked(versions: list[ModelVersion]) -> list[Entry]:
    def worth(version: ModelVersion) -> float:
        value = version.primary_value
        if value is None:
            return float("-inf")
        return value if scores.higher_is_better(version.primary_metric) else -value

    placed = sorted(versions, key=worth, reverse=True)
    return [_entry(version, best=place == 0 and len(placed) > 1) for place, version in enumerate(placed)]


def _entry(version: ModelVersion, *, best: bool) -> Entry:
    alone, together = scores.common_mean(version.evaluation, version.primary_metric)
    measured = together is not None and alone is not None
    return Entry(
        version=version,
        metric=version.primary_metric,
        title=scores.metric_title(version.primary_metric),
        value=together if measured else version.primary_value,
        alone=alone if measured else None,
        best=best,
    )
