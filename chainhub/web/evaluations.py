"""A model's numbers as the data of pictures: alone beside together, confusion, curves, residuals, importance."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chainhub.jobs.units import labelled
from chainhub.organizations.models import Organization
from chainhub.registry import scores
from chainhub.registry.scores import Json, Score, Standing

Data = dict[str, Any]
SHARES = {
    "accuracy",
    "balanced_accuracy",
    "token_accuracy",
    "box_precision",
    "box_recall",
    "smape",
    "median_ape",
    "skill",
}


def format_of(metric: str) -> str:
    """How a metric's values are written."""
    return "percent" if metric in SHARES else "number"


def colours_of(evaluation: Json) -> dict[str, Organization]:
    """The organizations of an evaluation by slug, in one query."""
    slugs = [entry.get("organization") for entry in evaluation.get("organizations") or ()]
    return {one.slug: one for one in Organization.objects.filter(slug__in=slugs)}


def alone_and_together(
    evaluation: Json, organizations: Mapping[str, Organization], *, part: str = "own", metric: str = ""
) -> Data:
    """The key picture: each organization's score alone and together, on its `own` rows or on the `common` ones."""
    metric = metric or scores.primary_name(evaluation)
    rows = [_interval_row(one, organizations.get(one.slug), part) for one in scores.standings(evaluation, metric)]
    return {"metric": _metric(metric), "rows": rows}


def of_each(evaluation: Json, organizations: Mapping[str, Organization], *, metric: str = "") -> Data | None:
    """Each organization's score on its own rows, together and where it was tried alone; None for fewer than two."""
    shown = alone_and_together(evaluation, organizations, metric=metric)
    rows = [row for row in shown["rows"] if row["together"]]
    if len(rows) < 2:  # noqa: PLR2004 - a single one's score is that of the model
        return None
    compared = any(row["alone"] for row in rows)
    return {**shown, "rows": rows, **({} if compared else {"single": scores.metric_title(shown["metric"]["name"])})}


def _metric(name: str) -> Data:
    return {"name": name, "format": format_of(name), "higher_is_better": scores.higher_is_better(name)}


def _interval_row(one: Standing, organization: Organization | None, part: str) -> Data:
    own = part == "own"
    alone, together = (one.own_alone, one.own_together) if own else (one.common_alone, one.common_together)
    rows = one.test_rows if own else one.train_rows
    note = (
        ngettext("%(n)s row held out", "%(n)s rows held out", rows)
        if own
        else ngettext("%(n)s row to learn from", "%(n)s rows to learn from", rows)
    )
    return {
        "name": organization.short_name if organization else one.name,
        "colour": organization.colour if organization else None,
        "note": note % {"n": rows},
        "alone": _score(alone),
        "together": _score(together),
    }


def _score(score: Score) -> Data | None:
    return None if score.value is None else {"value": score.value, "low": score.low, "high": score.high}


def confusion(evaluation: Json) -> Data | None:
    """What was taken for what."""
    found = evaluation.get("confusion")
    return dict(found) if found and found.get("matrix") else None


def roc(evaluation: Json) -> Data | None:
    """One curve per class, or one in all for two classes."""
    curves = [curve for curve in evaluation.get("roc") or () if curve.get("points")]
    return {"curves": curves} if curves else None


def calibration(evaluation: Json) -> Data | None:
    """Whether a predicted probability comes true as often as it says."""
    bins = evaluation.get("calibration") or ()
    points = [[one["predicted"], one["observed"]] for one in bins]
    if not points:
        return None
    axis = {"format": "percent"}
    return {
        "diagonal": True,
        "x": {"label": _("Predicted"), **axis},
        "y": {"label": _("Happened"), **axis},
        "series": [{"name": _("Held-out rows"), "points": points}],
    }


def predicted_against_actual(evaluation: Json, unit: str = "") -> Data | None:
    """Every point on the line would be a perfect model; rows that not everyone may see are there as means."""
    found = evaluation.get("residuals") or {}
    kinds = ((_("Held-out rows"), "points"), (_("Means of five held-out rows"), "means"))
    series = [{"name": name, "points": [list(point) for point in found[key]]} for name, key in kinds if found.get(key)]
    if not series:
        return None
    x, y = ({"label": labelled(name, unit)} for name in (_("Predicted"), _("Actual")))
    return {"diagonal": True, "x": x, "y": y, "series": series}


def errors(evaluation: Json, unit: str = "") -> Data | None:
    """How far off, how often."""
    found = (evaluation.get("residuals") or {}).get("histogram") or {}
    told = {"x": {"label": unit}} if unit else {}
    return {"edges": found["edges"], "counts": found["counts"], **told} if found.get("counts") else None


def importance(evaluation: Json) -> Data | None:
    """How much worse the main metric gets when one field is shuffled."""
    items = [
        {"name": one["field"], "value": one["value"], "low": one.get("low"), "high": one.get("high")}
        for one in evaluation.get("importance") or ()
    ]
    return {"items": items, "top": 20} if items else None


def curves(evaluation: Json) -> Data | None:
    """The loss of the published model while it learnt."""
    kept = [one for one in evaluation.get("history") or () if one.get("series") == "together"]
    folds = {one.get("fold") for one in kept}
    shown = [one for one in kept if one.get("fold") == (None if None in folds else min(folds, default=None))]
    series = [
        {"split": split, "points": [[one["epoch"], one[key]] for one in shown if one.get(key) is not None]}
        for split, key in (("train", "train_loss"), ("validation", "validation_loss"))
    ]
    series = [one for one in series if one["points"]]
    return {"x": {"label": _("Epoch")}, "y": {"label": _("Loss")}, "series": series} if series else None


def overall_rows(evaluation: Json, unit: str = "") -> list[tuple[str, str, Score]]:
    """(name, title, score) of every metric over all held-out rows, the primary one first."""
    primary = scores.primary_name(evaluation)
    return sorted(scores.told(evaluation, unit), key=lambda one: one[0] != primary)


@dataclass(frozen=True)
class Verdict:
    """What training together was worth, in one pair of numbers."""

    metric: str
    title: str
    format: str
    alone: float | None
    together: float | None
    rows: str  # "own" | "common": whose held-out rows the pair speaks of
    lost: bool = False  # somebody clearly fares worse together, by more than chance would make

    @property
    def gain(self) -> float | None:
        """Positive when together is better."""
        if self.alone is None or self.together is None:
            return None
        return (self.together - self.alone) * (1 if scores.higher_is_better(self.metric) else -1)


def verdicts(evaluation: Json) -> list[Verdict]:
    """On each organization's own held-out rows, and on everybody's."""
    metric = scores.primary_name(evaluation)
    title, form = scores.metric_title(metric), format_of(metric)
    own, common = scores.weighted(evaluation), scores.common_mean(evaluation)
    lost = any(one.is_clear and (one.gain or 0) < 0 for one in scores.standings(evaluation))
    return [Verdict(metric, title, form, *own, "own", lost), Verdict(metric, title, form, *common, "common")]


def verdict(evaluation: Json) -> Verdict | None:
    """The pair that tells more: one organization's rows may be easy for its own model and still not all there is."""
    return max(verdicts(evaluation), key=lambda one: one.gain if one.gain is not None else -1e9, default=None)
