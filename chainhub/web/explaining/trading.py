"""What a model's predictions would have earned, beside buying all of it once and holding it."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from chainhub.organizations.models import Organization
from chainhub.registry.scores import Json, Score
from chainhub.web.evaluations import Data


def trading(evaluation: Json, organizations: Mapping[str, Organization]) -> Data | None:
    """Curves and numbers of everybody and of each organization; None where no back-test was asked for."""
    found = evaluation.get("trading")
    if not found:
        return None
    overall = found["overall"]
    parts = [(organizations.get(one["organization"]), one) for one in found.get("organizations") or ()]
    several = len(parts) > 1
    return {
        "field": found.get("returns"),
        "cost": found.get("cost"),
        "per_year": found.get("per_year"),
        "span": found.get("span"),
        "moments": overall["moments"],
        "suspects": found.get("suspects") or (),
        "verdict": _verdict(overall),
        "blocks": found.get("blocks") or (),
        "worth": _worth(overall),
        "each": _each(parts) if several else None,
        "ratios": _ratios(overall, parts if several else []),
        "rows": [_row(None, overall), *(_row(one, part) for one, part in parts if several)],
    }


def _verdict(overall: Json) -> str:
    """In one word whether the model beat holding, did not, or whether chance may have decided."""
    ahead = Score.of(overall.get("ahead"))
    if ahead.value is None:
        return "idle"
    if ahead.value < 0:
        return "lost"
    return "won" if ahead.low is not None and ahead.low > 0 else "unsure"


def _worth(part: Json) -> Data:
    points = part.get("points") or ()
    names = ((1, _("By the model's predictions")), (2, _("Bought once and held")))
    return {
        "x": {"label": _("Moments since the first held-out one")},
        "y": {"label": _("Worth of 1")},
        "series": [
            {"name": name, "series": "together" if place == 1 else "alone"}
            | {"points": [[point[0], point[place]] for point in points]}
            for place, name in names
        ],
    }


def _each(parts: list[tuple[Organization | None, Json]]) -> Data:
    """How many times as much as by holding each organization's part became, over time."""
    drawn = [(one, part) for one, part in parts if one and part.get("points")]
    return {
        "organizations": [{"slug": one.slug, "name": one.short_name, "colour": one.colour} for one, _part in drawn],
        "x": {"label": _("Moments since the first held-out one")},
        "y": {"label": _("Times what holding made of it")},
        "series": [
            {"organization": one.slug, "points": [[at, model / hold] for at, model, hold in part["points"] if hold]}
            for one, part in drawn
        ],
    }


def _ratios(overall: Json, parts: list[tuple[Organization | None, Json]]) -> Data:
    """Sharpe ratios with intervals: of holding as "alone", of the model as "together" stand in such a chart."""
    rows: list[tuple[str, int | None, Json]] = [(_("Everybody"), None, overall)]
    rows += [(one.short_name if one else "–", one.colour if one else None, part) for one, part in parts]
    return {
        "single": _("Sharpe ratio, less that of holding"),
        "metric": {"format": "number", "higher_is_better": True},
        "reference": {"value": 0, "label": _("as good as holding")},
        "rows": [
            {"name": name, "colour": colour, "note": "", "alone": None, "together": _drawn(part.get("ahead"))}
            for name, colour, part in rows
        ],
    }


def _drawn(entry: Any) -> Data | None:
    score = Score.of(entry)
    return None if score.value is None else {"value": score.value, "low": score.low, "high": score.high}


def _row(organization: Organization | None, part: Json) -> Data:
    sides = {
        side: {"total": part[side]["total"]} | {name: Score.of(part[side].get(name)) for name in ("sharpe", "drawdown")}
        for side in ("model", "hold")
    }
    return {"owner": organization, "moments": part["moments"], "invested": part["invested"], **sides}
