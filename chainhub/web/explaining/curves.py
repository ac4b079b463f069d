"""Curves of an evaluation: precision and recall, gain and lift, disturbed rows, surprise."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from chainhub.organizations.models import Organization
from chainhub.registry import scores
from chainhub.registry.scores import Json, Score
from chainhub.web.evaluations import Data, format_of, of_each

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


def precision_by_owner(evaluation: Json, organizations: Mapping[str, Organization]) -> Data | None:
    """Average precision of each organization, alone and together where both were trained, with intervals."""
    return of_each(evaluation, organizations, metric="average_precision")


def mean_precision(evaluation: Json) -> Score:
    """Over all held-out rows; of more than two classes the mean of their average precisions."""
    return scores.overall(evaluation).get("average_precision", Score(None))


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


def words_left_out(evaluation: Json) -> Data | None:
    """The same of a text's words."""
    return _disturbed(evaluation, "missing", "share", {"label": _("Share of words left out"), **SHARE})


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
