"""What the scenarios' examples came to, beside what others reached on the same data: `docs/scenarios.md`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from chainhub.jobs.catalogue import title_of
from chainhub.registry import scores
from chainhub.registry.models import ModelVersion
from chainhub.scenarios.catalogue import Baseline, Scenario, Trial

NOTHING, UNSEEN = "–", "unseen:"
MINUTE = 60


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
        """On the rows of that part's organization, which are told by the name that it has in the hub."""
        called = next(str(one.organization) for one in self.trial.data.parts if one.slug == slug)
        told: Any = self.version.evaluation["organizations"] if self.version else []
        own: Any = next((one["own"] for one in told if str(one["name"]).startswith(called)), {})
        return _number(((own.get("together") or {}).get(metric) or {}).get("value"))

    def reaches(self, baseline: Baseline) -> bool | None:
        """Whether it is at least as good, as far as the baseline was told; None where it was not measured."""
        value = self.value(baseline.metric, baseline.part)
        if value is None:
            return None
        digits = _digits(baseline.value)
        ours = round(value, digits)
        return ours <= baseline.value if baseline.lower_is_better else ours >= baseline.value


def page(results: Iterable[Result], language: str, *, before: str = "") -> str:
    """The whole page, in Markdown. What was not asked for keeps its row of the page that stood there `before`."""
    with override(language):
        head = [
            _("Scenario"), _("Example"), _("Recipe"), _("Metric"), _("Each alone"), _("Together"),
            _("Everybody's rows"), _("What others reached"), _("Reached"), _("Minutes"),
        ]  # fmt: skip
        lines = [_line(head), _line(["---"] * len(head)), *(_row(one, before) for one in results)]
        said = [
            "# " + _("Scenarios: what their examples come to"),
            _("[中文](scenarios.zh.md)"),
            _(
                "Written by `python3 manage.py scenarios`, which trains every example through a hub of its own on this "
                "machine's processors. “Each alone” and “Together” are means over organizations on their own held-out "
                "rows; “Everybody's rows” are all held-out rows. Baselines are one run each, mostly of simple methods, "
                "measured on the same data with other splits: a guide, no benchmark."
            ),
            "\n".join(lines),
            *_caveats(results),
        ]
    return "\n\n".join(said) + "\n"


def _row(one: Result, before: str) -> str:
    new = _line(_cells(one))
    if one.asked:
        return new
    named = _line([str(one.scenario.title), str(one.trial.title), ""]).rstrip("| ")
    return next((line for line in before.splitlines() if line.startswith(f"{named} |")), new)


def _cells(one: Result) -> list[str]:
    rows = [one.value(one.metric, part) for part in ("alone", "together", "overall")]
    first = str(scores.metric_title(one.metric)) if one.metric else NOTHING
    if one.version is not None and rows == [None, None, None]:
        rows = [None, None, one.value(one.metric, "written")]
    others = [f"{scores.metric_title(b.metric)} {_shown(b.value)}: {b.method}" for b in one.trial.baselines]
    return [
        str(one.scenario.title),
        str(one.trial.title),
        title_of(one.trial.recipe or one.scenario.recipe),
        first,
        *(_shown(value) for value in rows),
        "<br>".join(others) or NOTHING,
        "<br>".join(_verdict(one, baseline) for baseline in one.trial.baselines) or NOTHING,
        NOTHING if one.seconds is None else f"{one.seconds / MINUTE:.1f}",
    ]


def _verdict(one: Result, baseline: Baseline) -> str:
    value, reached = one.value(baseline.metric, baseline.part), one.reaches(baseline)
    if reached is None:
        return _("not run") if one.version is None else NOTHING
    return f"{_shown(value)} " + (_("yes") if reached else _("no"))


def _caveats(results: Iterable[Result]) -> Iterable[str]:
    said = [f"- {one.trial.title}: {one.trial.caveat}" for one in results if one.trial.caveat]
    return ["## " + _("Mind"), "\n".join(said)] if said else []


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _shown(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.3g}" if abs(value) >= 1 else f"{value:.3f}"


def _digits(value: float) -> int:
    """Decimal places in which it was told."""
    text = f"{value:g}"
    return len(text.partition(".")[2])


def _number(entry: Any) -> float | None:
    value = entry.get("value") if isinstance(entry, Mapping) else entry
    return float(value) if isinstance(value, int | float) else None
