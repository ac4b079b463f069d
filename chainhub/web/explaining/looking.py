"""What a model looks at: fields for each organization, how the answer follows a field, places of a picture, words."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from chainhub.jobs.units import labelled
from chainhub.organizations.models import Organization
from chainhub.registry.scores import Json
from chainhub.web.evaluations import Data

MOST_FIELDS, MOST_CLASSES = 10, 12


def owners(organizations: Mapping[str, Organization]) -> list[Data]:
    """Names and colours, as every chart takes them."""
    return [{"slug": slug, "name": one.short_name, "colour": one.colour} for slug, one in organizations.items()]


def importance_by_organization(evaluation: Json, organizations: Mapping[str, Organization]) -> Data | None:
    """How much each field counts on each organization's held-out rows, the most important ten."""
    found = evaluation.get("importance_by_organization") or {}
    values = {slug: {one["field"]: one["value"] for one in entries} for slug, entries in found.items() if entries}
    fields = {field for by_field in values.values() for field in by_field}
    top = sorted(fields, key=lambda field: -max(by_field.get(field) or 0 for by_field in values.values()))[:MOST_FIELDS]
    series = [{"organization": slug, "values": [one.get(field) for field in top]} for slug, one in values.items()]
    shown = {
        "categories": top,
        "series": series,
        "horizontal": True,
        "organizations": owners(organizations),
        "heading": _("Field"),
    }
    return shown if top else None


def partial_dependence(
    evaluation: Json, organizations: Mapping[str, Organization], unit: str = ""
) -> list[tuple[str, str, Data]]:
    """(field, kind of chart, data): how the answer moves when one field moves and all else stays."""
    only = evaluation.get("told_of")  # whose rows these are, where they are one organization's
    known = [one for one in owners(organizations) if only in (None, one["slug"])]
    found = [one for one in evaluation.get("partial_dependence") or () if one.get("points")]
    return [(str(one["field"]), *_drawn(one, known, unit)) for one in found]


def _drawn(one: Json, known: list[Data], unit: str) -> tuple[str, Data]:
    kind, data = (_bars if one["kind"] == "category" else _lines)(one["points"], known, _answer_of(one, unit))
    return kind, {**data, "heading": str(one["field"])}


def _answer_of(one: Json, unit: str) -> Data:
    """The axis of what moves: a number, or the probability of the class that the trainer watched."""
    if one.get("label") is None:
        return {"label": labelled(_("Answer"), unit)}
    return {"label": _("Probability of %(label)s") % {"label": one["label"]}, "format": "percent"}


def _series(points: Sequence[Json], known: list[Data]) -> list[tuple[Data, list[Any]]]:
    """Whose, and the answer at each point: everybody's in ink beside each organization's; a single one has its own."""
    everybody = [point["value"] for point in points]
    if len(known) == 1:
        return [({"organization": known[0]["slug"]}, everybody)]
    of = [point.get("organizations") or {} for point in points]
    slugs = dict.fromkeys(slug for one in of for slug in one)
    if not slugs:
        return [({"name": _("Everybody")}, everybody)]
    each = [({"organization": slug}, [one.get(slug) for one in of]) for slug in slugs]
    return [({"name": _("Everybody"), "everybody": True}, everybody), *each]


def _lines(points: Sequence[Json], known: list[Data], answer: Data) -> tuple[str, Data]:
    def drawn(values: list[Any]) -> list[list[Any]]:
        pairs = zip((point["at"] for point in points), values, strict=True)
        return [[at, value] for at, value in pairs if at is not None and value is not None]

    series = [{**owner, "points": drawn(values)} for owner, values in _series(points, known)]
    return "lines", {"series": series, "organizations": known, "x": {"format": "number"}, "y": answer}


def _bars(points: Sequence[Json], known: list[Data], answer: Data) -> tuple[str, Data]:
    names = [_("Not known") if point["at"] is None else str(point["at"]) for point in points]
    series = [{**owner, "values": values} for owner, values in _series(points, known)]
    return "bars", {"categories": names, "series": series, "organizations": known, "y": answer, "horizontal": True}


def class_heat(evaluation: Json) -> Data | None:
    """For each class, which places of the picture speak; the table tells nine regions."""
    rows = [one for one in evaluation.get("class_heat") or () if one.get("heat")]
    return heat_chart([(str(one["label"]), one["heat"]) for one in rows]) if rows else None


def heat_chart(named: Sequence[tuple[str, list[list[float]]]]) -> Data:
    """The data of a chart of kind `heat`."""
    places = [
        *(_("Top left"), _("Top middle"), _("Top right"), _("Middle left"), _("Middle"), _("Middle right")),
        *(_("Bottom left"), _("Bottom middle"), _("Bottom right")),
    ]
    return {
        "rows": [{"name": name, "heat": heat} for name, heat in named],
        "columns": [_("Class"), *places],
        "numbers": [[name, *_regions(heat)] for name, heat in named],
    }


def _regions(heat: list[list[float]]) -> list[float]:
    """The mean of each ninth, line by line."""
    bands = _thirds(len(heat))
    cells = [
        [value for line in heat[rows] for value in line[columns]] for rows in bands for columns in _thirds(len(heat[0]))
    ]
    return [sum(cell) / len(cell) if cell else 0.0 for cell in cells]


def _thirds(length: int) -> list[slice]:
    return [slice(length * part // 3, length * (part + 1) // 3) for part in range(3)]


def terms(evaluation: Json) -> list[tuple[str, Data]]:
    """(class, data): the words that speak most for it."""
    return [
        (str(one["label"]), {"items": [{"name": word["text"], "value": word["weight"]} for word in one["terms"]]})
        for one in evaluation.get("terms") or ()
        if one.get("terms")
    ][:MOST_CLASSES]
