"""`docs/scenarios.md`: what the scenarios' examples came to, beside what others reached on the same data."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import override

from chainhub.jobs.catalogue import title_of
from chainhub.registry import scores
from chainhub.scenarios import shares
from chainhub.scenarios.catalogue import Baseline
from chainhub.scenarios.markdown import NOTHING, head, line, shown, standing
from chainhub.scenarios.results import Result

MINUTE = 60


def page(results: Iterable[Result], language: str, *, before: str = "") -> str:
    """The whole page, in Markdown. What was not asked for keeps its rows of the page that stood there `before`."""
    results = list(results)
    with override(language):
        heads = [
            _("Scenario"), _("Example"), _("Recipe"), _("Metric"), _("Each alone"), _("Together"),
            _("Everybody's rows"), _("What others reached"), _("Reached"), _("Minutes"),
        ]  # fmt: skip
        first = before.partition("\n## ")[0]
        said = [
            "# " + _("Scenarios: what their examples come to"),
            _("[中文](scenarios.zh.md)"),
            _(
                "Written by `python3 manage.py scenarios`, which trains every example through a hub of its own on this "
                "machine's processors. “Each alone” and “Together” are means over organizations on their own held-out "
                "rows; “Everybody's rows” are all held-out rows. Baselines are one run each, mostly of simple methods, "
                "measured on the same data with other splits: a guide, no benchmark."
            ),
            "\n".join([*head(heads), *(_row(one, first) for one in results)]),
            *_caveats(results),
            *shares.said(results, before),
        ]
    return "\n\n".join(said) + "\n"


def _row(one: Result, before: str) -> str:
    new = line(_cells(one))
    kept = [] if one.asked else standing([str(one.scenario.title), str(one.trial.title)], before)
    return kept[0] if kept else new


def _cells(one: Result) -> list[str]:
    rows = [one.value(one.metric, part) for part in ("alone", "together", "overall")]
    first = str(scores.metric_title(one.metric)) if one.metric else NOTHING
    if one.version is not None and rows == [None, None, None]:
        rows = [None, None, one.value(one.metric, "written")]
    others = [f"{scores.metric_title(b.metric)} {shown(b.value)}: {b.method}" for b in one.trial.baselines]
    return [
        str(one.scenario.title),
        str(one.trial.title),
        title_of(one.trial.recipe or one.scenario.recipe),
        first,
        *(shown(value) for value in rows),
        "<br>".join(others) or NOTHING,
        "<br>".join(_verdict(one, baseline) for baseline in one.trial.baselines) or NOTHING,
        NOTHING if one.seconds is None else f"{one.seconds / MINUTE:.1f}",
    ]


def _verdict(one: Result, baseline: Baseline) -> str:
    value, reached = one.value(baseline.metric, baseline.part), one.reaches(baseline)
    if reached is None:
        return _("not run") if one.version is None else NOTHING
    return f"{shown(value)} " + (_("yes") if reached else _("no"))


def _caveats(results: Iterable[Result]) -> Iterable[str]:
    said = [f"- {one.trial.title}: {one.trial.caveat}" for one in results if one.trial.caveat]
    return ["## " + _("Mind"), "\n".join(said)] if said else []
