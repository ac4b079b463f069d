"""What a model makes, beside what it was to make: boxes, pictures, forecasts, passages."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from chainhub.organizations.models import Organization
from chainhub.registry.scores import Json, Score, metric_title, overall
from chainhub.web.evaluations import Data
from chainhub.web.explaining.answered import ahead_chart, placed

Organizations = Mapping[str, Organization]


def detections(evaluation: Json, organizations: Organizations) -> list[Data]:
    """Held-out pictures with the boxes of the model and those of people."""
    return [
        {
            "picture": one["picture"],
            "boxes": placed(one.get("boxes") or ()),
            "truth": placed(one.get("truth") or ()),
            "owner": organizations.get(one.get("organization") or ""),
        }
        for one in evaluation.get("detections") or ()
        if one.get("picture")
    ]


def restored(evaluation: Json, organizations: Organizations) -> list[Data]:
    """Held-out pictures with noise, restored, and as they were."""
    found = evaluation.get("restored") or ()
    return [{**one, "owner": organizations.get(one.get("organization") or "")} for one in found]


def created(evaluation: Json) -> Data | None:
    """Pictures that the model drew, and what to hold its distance against."""
    images = evaluation.get("created") or ()
    beside = evaluation.get("generation") or {}
    if not images and not beside:
        return None
    return {"images": images, "distance": overall(evaluation).get("frechet_distance", Score(None)), **beside}


def ahead(evaluation: Json, organizations: Organizations, unit: str = "") -> Data | None:
    """Forecasts beside what came, the error of each step, how often the band held, and who wins."""
    shown = evaluation.get("forecasts") or ()
    steps: Any = evaluation.get("horizon") or ()
    if not shown and not steps:
        return None
    skill = overall(evaluation).get("skill", Score(None))
    return {
        "skill": skill,
        "verdict": _verdict(skill, explained=overall(evaluation).get("r2", Score(None)).value),
        "charts": [_forecast(one, organizations, unit) for one in shown],
        "errors": _errors(steps, unit) if len(steps) > 1 else None,
        "one_step": steps[0] if len(steps) == 1 else None,  # of which a line would be a single point
        "band": _band(evaluation.get("band") or {}),
    }


def _verdict(skill: Score, *, explained: float | None) -> str:
    """Whether the better simple forecast is beaten, beats the model, or chance or the mean does as well."""
    if skill.value is None:
        return ""
    if skill.value <= 0:
        return "lost"
    if explained is not None and explained <= 0:
        return "mean"
    return "won" if skill.low is None or skill.low > 0 else "unsure"


def _forecast(one: Json, organizations: Organizations, unit: str) -> Data:
    owner = organizations.get(one.get("organization") or "")
    data = ahead_chart(one.get("past") or [], one, label="")
    return {"owner": owner, "name": one.get("name") or "", "data": {**data, "y": {"label": unit} if unit else {}}}


def _errors(steps: Any, unit: str) -> Data:
    named: tuple[tuple[str, str, Data], ...] = (
        (_("The model"), "mae", {}),
        (_("Last value again"), "naive_mae", {"series": "alone", "everybody": True}),
        (_("Last season again"), "seasonal_mae", {"split": "train", "everybody": True}),
    )
    series = [
        {"name": name, "points": [[one["step"], one[key]] for one in steps if one.get(key) is not None], **more}
        for name, key, more in named
    ]
    return {
        "series": [one for one in series if one["points"]],
        "x": {"label": _("Steps ahead"), "format": "integer"},
        "y": {"label": metric_title("mae", unit), "from_zero": True},
    }


def _band(found: Json) -> Data | None:
    """How many of the held-out truths lay inside of it."""
    covered = found.get("covered") or ()
    if not covered:
        return None
    return {"level": found.get("level"), "covered": sum(covered) / len(covered), "least": min(covered)}


def retrieved(evaluation: Json) -> Data | None:
    """Questions with what was found, and how often it refuses at which limit."""
    asked = evaluation.get("retrieved") or ()
    refusal = evaluation.get("refusal") or ()
    if not asked and not refusal:
        return None
    limit = evaluation.get("refused_below")
    missed = evaluation.get("missed") or ()
    return {"asked": asked, "missed": missed, "refusal": _refusal(refusal) if refusal else None, "limit": limit}


def _refusal(points: Any) -> Data:
    named: tuple[tuple[str, str, Data], ...] = (
        (_("Questions answered"), "answered", {}),
        (_("Right among the answers"), "right", {"everybody": True}),
        (_("Refused where nothing answers"), "unknown_refused", {"series": "alone"}),
    )
    return {
        "series": [
            {"name": name, "points": [[one["threshold"], one[key]] for one in points if one.get(key) is not None]}
            | more
            for name, key, more in named
        ],
        "x": {"label": _("Least likeness that counts as an answer"), "format": "number"},
        "y": {"format": "percent", "from_zero": True, "max": 1},
    }
