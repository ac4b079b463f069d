"""A score card to read and to add up, how far it may stand for the model, and whom it would have approved."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chainhub.registry import scores
from chainhub.registry.scores import Json
from chainhub.web.evaluations import Data, calibration
from chainhub.web.explaining.failing import in_order
from chainhub.web.formats import number, percent

CLOSE, NEAR = 0.95, 0.8  # rank correlations from which on the card may stand for the model, or stands for most of it
MOST_CHARTED = 20


def lending(evaluation: Json) -> Data:
    """The parts of the explanation of which lenders ask first."""
    return {
        "separation_of_two": separation(evaluation),
        "scorecard": scorecard(evaluation),
        "approval": approval(evaluation),
    }


def scorecard(evaluation: Json) -> Data | None:
    """The card with its bins in words; None where none was asked for."""
    card = evaluation.get("scorecard")
    if not card or not card.get("fields"):
        return None
    worst = max(one["bad_rate"] for field in card["fields"] for one in field["bins"]) or 1.0
    fields = [_field(one, worst) for one in card["fields"]]
    agreement = card.get("agreement") or {}
    return {
        **card,
        "fields": fields,
        "agreement": {**agreement, "verdict": _verdict(agreement.get("rank_correlation"))},
        "chart": {
            "items": [{"name": one["field"], "value": one["spread"]} for one in fields[:MOST_CHARTED]],
            "format": "integer",
        },
    }


def _verdict(correlation: float | None) -> str:
    if correlation is None:
        return "unknown"
    return "close" if correlation >= CLOSE else "near" if correlation >= NEAR else "far"


def _field(field: Json, worst: float) -> Data:
    bins = [{**one, "name": named(one), "height": one["bad_rate"] / worst} for one in field["bins"]]
    points = [one["points"] for one in bins]
    return {"field": field["field"], "bins": bins, "spread": max(points) - min(points)}


def named(one: Json) -> str:
    """A bin in words; numbers run from its lower end to just below its upper one."""
    if one.get("missing"):
        return _("Not known")
    if "others" in one:
        return ngettext("%(n)s rarer value", "%(n)s rarer values", one["others"]) % {"n": one["others"]}
    if "value" in one:
        return str(one["value"])
    return _between(one["from"], one["to"])


def _between(low: float | None, high: float | None) -> str:
    if low is None:
        if high is None:
            return _("Any number")
        return _("below %(high)s") % {"high": _edge(high)}
    if high is None:
        return _("%(low)s and above") % {"low": _edge(low)}
    return _("%(low)s to below %(high)s") % {"low": _edge(low), "high": _edge(high)}


def _edge(value: float) -> str:
    """With all of its digits and no more."""
    return number(value, max(1, len(f"{abs(value):.12g}".replace(".", "").lstrip("0"))))


def separation(evaluation: Json) -> Data | None:
    """Of two classes what lenders read first: AUC, Gini, KS, and whether the probabilities hold."""
    ks = (evaluation.get("gain") or {}).get("ks")
    auc = scores.overall(evaluation).get("roc_auc")
    if ks is None or auc is None or auc.value is None:
        return None
    return {"auc": auc, "gini": 2 * auc.value - 1, "ks": ks, "calibration": calibration(evaluation)}


def approval(evaluation: Json) -> Data | None:
    """Whom of each group a decision by this model would have approved; None where groups were not compared."""
    groups = evaluation.get("groups") or {}
    found = groups.get("approval")
    if not found or not found.get("groups"):
        return None
    known = in_order(found["groups"])
    rows = [{**one, "name": _("Not known") if one["value"] is None else one["value"]} for one in known]
    series: list[dict[str, Any]] = [
        {"name": _("Approved of all"), "values": [one["approved"] for one in rows]},
        {
            "name": _("Approved of those who turned out good"),
            "values": [one["good_approved"] for one in rows],
            "everybody": True,  # in ink, beside the other in the accent colour
        },
    ]
    axis = {"format": "percent", "from_zero": True, "max": 1}
    chart = {"categories": [one["name"] for one in rows], "series": series, "horizontal": True, "y": axis}
    points = {f"{name}_points": percent(found.get(f"{name}_gap")).rstrip("%") for name in ("parity", "opportunity")}
    chart["heading"] = groups.get("field")
    return {**found, **points, "field": groups.get("field"), "rows": rows, "chart": chart}
