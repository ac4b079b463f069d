"""What every organization of an example gained: its held-out rows, judged by its own model and by the one of all."""

from collections.abc import Iterable

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from chainhub.registry import scores
from chainhub.scenarios.catalogue import Trial
from chainhub.scenarios.markdown import NOTHING, head, line, section, shown, standing
from chainhub.scenarios.partners import partner_name
from chainhub.scenarios.results import Own, Result


def said(results: Iterable[Result], before: str) -> list[str]:
    """The section, in Markdown; what was not asked for keeps its lines of the page that stood there `before`."""
    heading = "## " + _("Each organization's own rows")
    old = section(before, heading)
    heads = [
        _("Scenario"), _("Example"), _("Organization"), _("Learnt from"), _("Held out"), _("Metric"), _("Alone"),
        _("Together"),
    ]  # fmt: skip
    lines = [one for result in results for one in _lines(result, old)]
    explained = _(
        "What the model trained on an organization's own rows alone reached on its held-out rows, and the one trained "
        "together; the better one is bold. Nothing stands under “Alone” where an example has one organization only, "
        "where models are tried at sites that they never saw, where an organization has nothing from before the "
        "held-out time, and for texts that only the one of all wrote. "
        "Of a k-fold every row is learnt from and held out once."
    )
    return [heading, explained, "\n".join([*head(heads), *lines])] if lines else []


def _lines(one: Result, before: str) -> list[str]:
    named = [str(one.scenario.title), str(one.trial.title)]
    kept = [] if one.asked else standing(named, before)
    return kept or [line([*named, *_cells(own, one)]) for own in one.own(one.metric)]


def _cells(own: Own, one: Result) -> list[str]:
    values = [shown(own.alone), shown(own.together)]
    if own.alone is not None and own.together is not None and values[0] != values[1]:
        better = int((own.together > own.alone) == scores.higher_is_better(one.metric))
        values[better] = f"**{values[better]}**"
    rows = [f"{own.trained:,}" if own.trained else NOTHING, f"{own.held_out:,}"]
    return [_called(own.name, one.trial), *rows, str(scores.metric_title(one.metric)), *values]


def _called(name: str, trial: Trial) -> str:
    """In the page's language, without the hub's mark that it is an example."""
    part = next((one for one in trial.data.parts if partner_name(one) == name), None)
    if part is None:
        return name
    return part.organization_zh if (get_language() or "").startswith("zh") else part.organization
