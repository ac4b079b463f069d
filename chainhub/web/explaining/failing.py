"""Where a model fails and for whom: slices in plain words, intervals that hold or not, groups side by side."""

import math
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chainhub.organizations.models import Organization
from chainhub.registry import scores
from chainhub.registry.scores import Json, Score
from chainhub.web.evaluations import Data, format_of
from chainhub.web.formats import number

NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
LIKENESS = {"bleu": "BLEU", "chrf": "chrF"}
PNG, LARGEST_PICTURE = b"\x89PNG\r\n\x1a\n", 64 * 1024


@dataclass(frozen=True)
class Slice:
    """A kind of rows that the model answers worse than others."""

    where: str
    rows: int
    organization: Organization | None
    loss: float
    times: float | None  # the usual loss
    share: float  # of the worst slice's loss, for a bar


def slices(evaluation: Json, organizations: Mapping[str, Organization]) -> list[Slice]:
    """Worst first, as the trainer sorted them."""
    found = list(evaluation.get("slices") or ())
    worst = max((one["loss"] for one in found), default=0) or 1
    return [
        Slice(
            where=_where(one),
            rows=int(one["rows"]),
            organization=organizations.get(one.get("organization") or ""),
            loss=one["loss"],
            times=one["loss"] / one["overall_loss"] if one.get("overall_loss") else None,
            share=one["loss"] / worst,
        )
        for one in found
    ]


def _where(one: Json) -> str:
    field = one["field"]
    low, high = one.get("low"), one.get("high")
    if "value" not in one and (low is not None or high is not None):
        if low is None:
            return _("%(field)s up to %(high)s") % {"field": field, "high": number(high)}
        if high is None:
            return _("%(field)s from %(low)s on") % {"field": field, "low": number(low)}
        return _("%(field)s from %(low)s to %(high)s") % {"field": field, "low": number(low), "high": number(high)}
    if one.get("value") is None:
        return _("%(field)s not known") % {"field": field}
    return _("%(field)s: %(value)s") % {"field": field, "value": one["value"]}


def examples(evaluation: Json, organizations: Mapping[str, Organization]) -> list[Data]:
    """Rows answered wrong, of datasets whose rows may be viewed."""
    return [
        {
            "owner": organizations.get(one.get("organization") or ""),
            "cells": [(name, _said(value)) for name, value in (one.get("values") or {}).items()],
            "picture": _picture(one.get("picture")),
            "expected": _said(one["expected"]),
            "predicted": _said(one["predicted"]),
            "probability": one.get("probability"),
        }
        for one in evaluation.get("examples") or ()
    ]


def _picture(content: Any) -> str:
    """The picture as base64 for a page, where it is a PNG of the size that the trainer makes."""
    if not isinstance(content, str) or len(content) > LARGEST_PICTURE:
        return ""
    try:
        found = b64decode(content, validate=True)
    except ValueError:
        return ""
    return b64encode(found).decode() if found.startswith(PNG) else ""


def _said(value: Any) -> str:
    if value is None:
        return "–"
    return number(value, 4) if isinstance(value, float) else str(value)


def interval(evaluation: Json, organizations: Mapping[str, Organization]) -> Data | None:
    """How often the truth lay within the promised distance of the answer, for each organization."""
    found = evaluation.get("interval") or {}
    if found.get("covered") is None:
        return None
    of_one = evaluation.get("told_of")  # whose rows stand below
    rows = [] if of_one else [_row(_("Everybody"), None, Score(found["covered"]))]
    for slug, covered in (found.get("organizations") or {}).items():
        one = organizations.get(slug)
        rows.append(_row(one.short_name if one else slug, one.colour if one else None, Score(covered)))
    chart = {
        "single": _("Within the interval"),
        "metric": {"format": "percent"},
        "reference": {"value": found["level"], "label": _("promised")},
        "rows": [row for row in rows if row["together"]],
    }
    return {"chart": chart, "half_width": found.get("half_width"), "level": found["level"], "covered": found["covered"]}


def _row(name: str, colour: int | None, score: Score, note: str = "") -> Data:
    drawn = None if score.value is None else {"value": score.value, "low": score.low, "high": score.high}
    return {"name": name, "colour": colour, "note": note, "alone": None, "together": drawn}


def groups(evaluation: Json) -> Data | None:
    """Groups side by side in the main metric, every metric as a table, and the largest difference of each."""
    found = evaluation.get("groups") or {}
    entries = in_order(found.get("groups") or ())
    names = scores.in_order({name for one in entries for name in one["metrics"]})
    if not names:
        return None
    main = scores.primary_name(evaluation)
    main = main if main in names else names[0]
    gap = found.get("gap") or {}
    return {
        "field": found.get("field"),
        "metric": scores.metric_title(main),
        "gap": gap.get(main),
        "chart": _side_by_side(entries, main, str(found.get("field"))),
        "titles": [scores.metric_title(name) for name in names],
        "rows": [(_named(one), one["rows"], [_of(one, name) for name in names]) for one in entries],
        "gaps": [gap.get(name) for name in names],
        "left_out": found.get("left_out") or 0,
    }


def in_order(entries: Iterable[Json]) -> list[Json]:
    """Groups by their names, numbers in them as numbers, so that one is found; who is in no group comes last."""
    return sorted(entries, key=lambda one: (one.get("value") is None, *_place(str(one.get("value")))))


def _place(name: str) -> tuple[float, list[str | int]]:
    """Numbers first, those below zero too; then names, whose numbers count as such."""
    if NUMBER.fullmatch(name):
        return float(name), []
    parts = enumerate(re.split(r"([0-9]+)", name))
    return math.inf, [int(part) if place % 2 else part.casefold() for place, part in parts]


def _side_by_side(entries: Any, metric: str, field: str) -> Data | None:
    def note(rows: int) -> str:
        return ngettext("%(n)s row held out", "%(n)s rows held out", rows) % {"n": number(rows)}

    rows = [_row(_named(one), None, _of(one, metric), note(one["rows"])) for one in entries]
    if not any(row["together"] for row in rows):
        return None
    return {
        "heading": field,
        "single": scores.metric_title(metric),
        "metric": {"format": format_of(metric), "higher_is_better": scores.higher_is_better(metric)},
        "rows": rows,
    }


def _named(one: Json) -> str:
    return _("Not known") if one.get("value") is None else str(one["value"])


def _of(one: Json, name: str) -> Score:
    return Score.of(one["metrics"].get(name))


def written(evaluation: Json, organizations: Mapping[str, Organization]) -> Data | None:
    """What the model wrote beside what was expected, and how near it came, for everybody and each organization."""
    found = evaluation.get("written")
    if not found:
        return None
    shown = [{**one, "owner": organizations.get(one.get("organization") or "")} for one in found.get("examples") or ()]
    told = {name: Score.of((found.get("scores") or {}).get(name) or {"value": found.get(name)}) for name in LIKENESS}
    parts = found.get("organizations") or ()
    charts = [(title, _by_owner(name, told[name], parts, organizations)) for name, title in LIKENESS.items()]
    return {**told, "rows": found.get("rows"), "examples": shown, "charts": charts if len(parts) > 1 else ()}


def _by_owner(name: str, whole: Score, parts: Any, organizations: Mapping[str, Organization]) -> Data:
    def note(rows: int) -> str:
        return ngettext("%(n)s text compared", "%(n)s texts compared", rows) % {"n": number(rows)}

    rows = [_row(_("Everybody"), None, whole, note(sum(one["rows"] for one in parts)))]
    for one in parts:
        owner = organizations.get(one["organization"])
        label, colour = (owner.short_name, owner.colour) if owner else (one["organization"], None)
        rows.append(_row(label, colour, Score.of(one["scores"].get(name)), note(one["rows"])))
    return {"single": LIKENESS[name], "metric": {"format": "number", "higher_is_better": True}, "rows": rows}
