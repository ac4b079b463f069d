"""An answer as "try it" draws it, by the kind of model: boxes, pictures, forecasts, molecules, sources."""

import base64
from collections.abc import Callable, Mapping
from itertools import zip_longest
from typing import Any

from django.utils.translation import gettext as _

from chainhub.jobs.units import labelled
from chainhub.registry.inputs.series import series_fields
from chainhub.registry.models import ModelVersion
from chainhub.registry.rows import kind_of
from chainhub.registry.scores import Json
from chainhub.web.evaluations import Data
from chainhub.web.explaining.reasons import words_of

SHOWN_PAST = 120  # steps before a forecast


def drawn_answer(version: ModelVersion, row: Json, prediction: Json) -> Data:
    """What the template of that kind needs; empty for labels, values and texts, which need no more than they say."""
    kinds: dict[str, Callable[[ModelVersion, Json, Json], Data]] = {
        "image": _pictured,
        "boxes": _boxes,
        "restore": _restored,
        "create": _created,
        "series": _forecast,
        "molecule": _molecule,
        "question": _sources,
        "hidden": _guesses,
    }
    kind = kind_of(version)
    return {"kind": kind, **kinds[kind](version, row, prediction)} if kind in kinds else {}


def _pictured(_version: ModelVersion, row: Json, _prediction: Json) -> Data:
    return {"picture": row["image"]}


def _boxes(_version: ModelVersion, row: Json, prediction: Json) -> Data:
    return {"picture": row["image"], "boxes": placed(prediction.get("boxes") or ())}


def placed(boxes: Any) -> list[Data]:
    """Each with its number and with its edges as SVG takes them, in per cent of the picture."""
    found = []
    for number, one in enumerate(boxes, start=1):
        sides = zip(("x", "y", "width", "height"), one["box"], strict=True)
        edges = {name: f"{100 * float(value):.2f}%" for name, value in sides}
        # A number stands inside of its box, a little below the upper left corner.
        found.append({"number": number, "label": one["label"], "score": one.get("score"), **edges})
    return found


def _restored(_version: ModelVersion, row: Json, prediction: Json) -> Data:
    return {
        "before": prediction.get("before") or row["image"],
        "after": prediction["image"],
        "noise": row.get("noise"),
        "changed": "before" in prediction and not row.get("noise"),
    }


def _created(_version: ModelVersion, row: Json, prediction: Json) -> Data:
    return {"images": prediction.get("images") or (), "seed": prediction.get("seed"), "label": row.get("label")}


def _forecast(version: ModelVersion, row: Json, prediction: Json) -> Data:
    fields = series_fields(version.preprocessing)
    values, level = row["values"], (version.preprocessing.get("band") or {}).get("level")
    chart = ahead_chart(values[-SHOWN_PAST:], prediction, label=labelled(fields.target, version.unit))
    keys = ("low", "high", "naive")
    columns = [prediction.get(key) or [None] * len(prediction["forecast"]) for key in keys]
    steps = [
        {"step": step, "value": value, **dict(zip(keys, rest, strict=True))}
        for step, (value, *rest) in enumerate(zip(prediction["forecast"], *columns, strict=True), start=1)
    ]
    read = min(len(values), fields.window)
    return {"chart": chart, "steps": steps, "count": len(values), "read": read, "level": level,
            "banded": bool(prediction.get("low"))}  # fmt: skip


def ahead_chart(past: list[float], told: Mapping[str, Any], *, label: str) -> Data:
    """Past and forecast on one axis, now at 0; with the interval, the simple forecast and the truth where known."""
    ahead = range(1, len(told["forecast"]) + 1)
    # A single step would be a dot without a band: it is drawn from the last value on.
    now = [(0, past[-1])] if past and len(ahead) == 1 else []
    band = list(zip(ahead, told["low"], told["high"], strict=True)) if told.get("low") else None
    known = [(_("Past"), [*zip(range(1 - len(past), 1), past, strict=True)])]
    if truth := told.get("truth"):
        known.append((_("What came"), [*now, *zip(ahead, truth, strict=True)]))
    series: list[Data] = [{"name": name, "everybody": True, "points": points} for name, points in known]
    series.append({"name": _("Forecast"), "points": [*now, *zip(ahead, told["forecast"], strict=True)]})
    if band:
        series[-1]["band"] = [*((step, last, last) for step, last in now), *band]
    if naive := told.get("naive"):
        points = [*now, *zip(ahead, naive, strict=True)]
        series.append({"name": _("Last season again"), "series": "alone", "everybody": True, "points": points})
    return {"series": series, "x": {"label": _("Steps from now"), "format": "integer"}, "y": {"label": label}}


def _molecule(_version: ModelVersion, _row: Json, prediction: Json) -> Data:
    reasons = prediction.get("reasons")
    coloured = reasons.get("picture") if isinstance(reasons, dict) else None
    return {"drawing": as_image(coloured or prediction.get("picture")), "coloured": bool(coloured)}


def as_image(svg: Any) -> str:
    """An SVG as the address of an image, in which no script of its runs and nothing is fetched; empty without one."""
    if not isinstance(svg, str) or not svg:
        return ""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def _guesses(_version: ModelVersion, _row: Json, prediction: Json) -> Data:
    """Of each gap in turn what may have stood there."""
    gaps = [
        {"number": number, "guesses": [{**one, "label": one["text"]} for one in told]}
        for number, told in enumerate(prediction.get("guesses") or (), start=1)
    ]
    return {"text": prediction["text"], "gaps": gaps}


def _sources(_version: ModelVersion, _row: Json, prediction: Json) -> Data:
    """Each passage, with its words coloured as far as the model read it, where it was asked why."""
    reasons = prediction.get("reasons")
    why = (reasons.get("sources") if isinstance(reasons, dict) else None) or ()
    sources = [
        {**one, **({"words": words_of(told["tokens"]), "rest": str(one["text"])[told["read"] :]} if told else {})}
        for one, told in zip_longest(prediction.get("sources") or (), why)
    ]
    return {
        "sources": sources,
        "explained": bool(why),
        "refused": bool(prediction.get("refused")),
        "limit": prediction.get("limit"),
        "nearest": prediction.get("nearest"),
    }
