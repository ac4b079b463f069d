"""A job's points as the data of its pictures."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from chainhub.jobs import history
from chainhub.jobs.models import Metric, TrainingJob
from chainhub.organizations.models import Organization
from chainhub.registry.scores import metric_title
from chainhub.web.evaluations import format_of

LOSS = "loss"


def pictures_of(job: TrainingJob, parties: Iterable[Organization]) -> list[dict[str, Any]]:
    """One picture per metric, the loss first: together by split, and each organization alone."""
    owners = {one.pk: one for one in parties}
    lines = history.curves(job)
    names = sorted({key[0] for key in lines}, key=lambda name: (name != LOSS, name))
    pictures = [_picture(name, _shown(lines, name), owners) for name in names or [LOSS]]
    return [one for one in pictures if one["data"]["series"] or one["metric"] == LOSS]


def _shown(lines: Mapping[history.Key, list[Metric]], name: str) -> dict[history.Key, list[Metric]]:
    """Of the first fold where there are folds: the others look alike. Alone, what is judged and not what is learnt."""
    left_out = {("test", "together"), ("test", "alone"), ("train", "alone")}
    mine = {key: line for key, line in lines.items() if key[0] == name and (key[1], key[3]) not in left_out}
    fold = 1 if any(key[4] is not None for key in mine) else None
    return {key: line for key, line in mine.items() if key[4] == fold}


def _picture(
    name: str, lines: Mapping[history.Key, list[Metric]], owners: Mapping[int, Organization]
) -> dict[str, Any]:
    data = {
        "metric": name,
        "x": {"label": _("Step"), "format": "integer"},
        "y": {"format": format_of(name)},
        "organizations": [{"slug": one.slug, "name": one.short_name, "colour": one.colour} for one in owners.values()],
        "series": [
            {
                "split": split,
                "organization": owners[owner].slug if owner and owner in owners else None,
                "series": series,
                "points": [[point.step, point.value] for point in line if point.value is not None],
            }
            for (_name, split, owner, series, _fold), line in lines.items()
        ],
    }
    note = _("Together, and each organization alone") if any(key[3] == "alone" for key in lines) else ""
    return {"metric": name, "title": _("Loss") if name == LOSS else metric_title(name), "note": note, "data": data}
