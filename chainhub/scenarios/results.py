"""What one example of a scenario came to, for everybody and for each organization that took part."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from chainhub.registry import scores
from chainhub.registry.models import ModelVersion
from chainhub.scenarios.catalogue import Baseline, Scenario, Trial
from chainhub.scenarios.partners import partner_name

UNSEEN = "unseen:"


@dataclass(frozen=True)
class Own:
    """What an organization's held-out rows tell of the model of its rows alone and of that of all; None: unknown."""

    name: str  # in the hub
    trained: int  # rows; 0 where what judges it learnt nothing of it
    held_out: int
    alone: float | None
    together: float | None


@dataclass(frozen=True)
class Result:
    """One trial, and the version that its job published; None where it has not run."""

    scenario: Scenario
    trial: Trial
    version: ModelVersion | None
    seconds: float | None = None  # from the start of its run to its end
    asked: bool = True  # whether the page is written for it; what others came to stands there already

    @property
    def metric(self) -> str:
        """The one that is told: the profession's, or the task's main one."""
        return self.trial.metric or (scores.primary_name(self.version.evaluation) if self.version else "")

    def value(self, metric: str, part: str) -> float | None:
        """Of the evaluation's parts that `Baseline.part` names."""
        if self.version is None:
            return None
        told: Mapping[str, Any] = self.version.evaluation
        if part == "overall":
            found = scores.overall(told).get(metric)
            return found.value if found else None
        if part.startswith(UNSEEN):
            return self._unseen(metric, part.removeprefix(UNSEEN))
        if part == "written":
            return _number((told.get("written") or {}).get(metric))
        return _number(((told.get("weighted") or {}).get(part) or {}).get(metric))

    def _unseen(self, metric: str, slug: str) -> float | None:
        """On the rows of that part's organization."""
        name = next(partner_name(one) for one in self.trial.data.parts if one.slug == slug)
        return next((one.together for one in self.own(metric) if one.name == name), None)

    def own(self, metric: str) -> list[Own]:
        """Of each organization, where the metric was told of it."""
        told: Mapping[str, Any] = self.version.evaluation if self.version else {}
        written = {one["organization"]: one for one in (told.get("written") or {}).get("organizations") or ()}
        found = [_own(one, metric, written.get(one.get("organization"))) for one in told.get("organizations") or ()]
        if scores.judged_by_others(told):
            found = [replace(one, trained=0) for one in found]
        return [one for one in found if (one.alone, one.together) != (None, None)]

    def reaches(self, baseline: Baseline) -> bool | None:
        """Whether it is at least as good, as far as the baseline was told; None where it was not measured."""
        value = self.value(baseline.metric, baseline.part)
        if value is None:
            return None
        digits = _digits(baseline.value)
        ours = round(value, digits)
        return ours <= baseline.value if baseline.lower_is_better else ours >= baseline.value


def _own(told: Mapping[str, Any], metric: str, written: Mapping[str, Any] | None) -> Own:
    """What was written for some held-out rows is told of the model of all alone."""
    own, rows = told.get("own") or {}, told.get("rows") or {}
    alone, together = (_number((own.get(series) or {}).get(metric)) for series in ("alone", "together"))
    held_out = rows.get("test", 0)
    if together is None and written is not None and metric in written["scores"]:
        together, held_out = _number(written["scores"][metric]), written["rows"]
    return Own(str(told["name"]), rows.get("train", 0), held_out, alone, together)


def _digits(value: float) -> int:
    """Decimal places in which it was told."""
    text = f"{value:g}"
    return len(text.partition(".")[2])


def _number(entry: Any) -> float | None:
    value = entry.get("value") if isinstance(entry, Mapping) else entry
    return float(value) if isinstance(value, int | float) else None
