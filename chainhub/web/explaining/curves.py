"""Curves of an evaluation: precision and recall, gain and lift, disturbed rows, surprise."""

from typing import Any

from django.utils.translation import gettext as _

from chainhub.registry import scores
from chainhub.registry.scores import Json
from chainhub.web.evaluations import Data, format_of

SHARE = {"format": "percent"}


def precision_recall(evaluation: Json) -> Data | None:
    """A curve for each class, or one in all for two classes."""
    curves = [
        {"label": one.get("label"), "auc": one.get("average_precision"), "points": one["points"]}
        for one in evaluation.get("pr") or ()
        if one.get("points")
    ]
    axes = {"x": {"label": _("Found of all there are (recall)")}, "y": {"label": _("Right alarms (precision)")}}
    return {"curves": curves, "score": _("average precision"), "chance": False, **axes} if curves else None


def gain(evaluation: Json) -> Data | None:
    """What share of the positive rows is found in the likeliest share of all."""
    points = (evaluation.get("gain") or {}).get("points")
    if not points:
        return None
    axes = {"x": {"label": _("Share of rows, likeliest first")}, "y": {"label": _("Share found")}}
    return {"curves": [{"label": _("Gain"), "points": points}], **axes}


def separation(evaluation: Json) -> float | None:
    """The largest distance between the curves of the two classes (Kolmogorov–Smirnov)."""
    ks: float | None = (evaluation.get("gain") or {}).get("ks")
    return ks


def lift(evaluation: Json) -> Data | None:
    """How many times more positives than by chance the likeliest rows hold."""
    points = (evaluation.get("gain") or {}).get("lift")
    if not points:
        return None
    axes = {"x": {"label": _("Share of rows, likeliest first"), **SHARE}, "y": {"label": _("Times chance")}}
    return {"series": [{"name": _("Lift"), "points": points}], **axes}


def noise(evaluation: Json) -> Data | None:
    """The score when noise of growing strength is laid over the rows."""
    return _disturbed(evaluation, "noise", "level", {"label": _("Strength of the noise"), "format": "number"})


def gaps(evaluation: Json) -> Data | None:
    """The score when a growing share of values is taken away."""
    return _disturbed(evaluation, "missing", "share", {"label": _("Share of values taken away"), **SHARE})


def _disturbed(evaluation: Json, part: str, key: str, axis: Data) -> Data | None:
    found = evaluation.get("robustness") or {}
    metric = str(found.get("metric") or scores.primary_name(evaluation))
    points: list[list[Any]] = [[one[key], one["value"]] for one in found.get(part) or () if one["value"] is not None]
    if not points:
        return None
    title = scores.metric_title(metric)
    return {
        "x": axis,
        "y": {"label": title, "format": format_of(metric)},
        "series": [{"name": title, "points": points}],
    }


def surprise(evaluation: Json) -> Data | None:
    """How hard the held-out texts were to foresee."""
    found = evaluation.get("surprise") or {}
    if not found.get("counts"):
        return None
    return {"edges": found["edges"], "counts": found["counts"], "x": {"label": _("Bits per byte")}}
