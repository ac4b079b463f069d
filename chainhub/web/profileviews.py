"""A profile as pictures: what goes with the target, how classes and sizes divide, one field whole."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chainhub.datasets.models import Dataset
from chainhub.web import formats
from chainhub.web.fieldviews import counted_fields

MOST_RELATED = 12
SHARES = ("5", "25", "50", "75", "95")  # quantiles that are told in numbers
PERSONAL = {
    "name": gettext_lazy("names"),
    "id_number": gettext_lazy("identity numbers"),
    "phone": gettext_lazy("phone numbers"),
    "email": gettext_lazy("e-mail addresses"),
    "address": gettext_lazy("postal addresses"),
    "birth": gettext_lazy("dates of birth"),
    "ip": gettext_lazy("IP addresses"),
    "card": gettext_lazy("bank cards"),
}
MEASURES = {
    "pearson": gettext_lazy("correlation (Pearson)"),
    "eta": gettext_lazy("correlation ratio (eta)"),
    "cramer": gettext_lazy("association (Cramér’s V)"),
}


def pictures_of(profile: dict[str, Any]) -> dict[str, Any]:
    """Data of the charts; empty where there is nothing to draw."""
    related = [one for one in profile.get("fields", []) if one.get("relation") and not one.get("masked")]
    related = sorted(related, key=lambda one: -abs(one["relation"]["value"]))[:MOST_RELATED]
    classes = profile.get("classes") or []
    sizes = (profile.get("images") or {}).get("sizes") or []
    personal = [one for one in profile.get("fields", []) if one.get("personal")]
    return {
        "related": {"items": [{"name": one["name"], "value": one["relation"]["value"]} for one in related]}
        if related
        else None,
        "class_chart": _bars([str(one["value"]) for one in classes], [one["count"] for one in classes]),
        "size_chart": _bars([f"{one['width']} × {one['height']}" for one in sizes], [one["count"] for one in sizes]),
        "suspected": [(one["name"], _kinds(one["personal"])) for one in personal],
    }


def _bars(names: list[str], counts: list[int]) -> dict[str, Any] | None:
    if not names:
        return None
    series = [{"name": _("Rows"), "values": counts}]
    return {"categories": names, "series": series, "horizontal": len(names) > MOST_RELATED, "y": {"format": "integer"}}


def _kinds(found: list[dict[str, Any]]) -> str:
    words = []
    for one in found:
        share = f" ({formats.percent(one['share'], 0)})" if "share" in one else ""
        words.append(f"{PERSONAL.get(one['kind'], one['kind'])}{share}")
    return ", ".join(words)


def chosen_field(
    report: dict[str, Any], profile: dict[str, Any], dataset: Dataset, name: str
) -> dict[str, Any] | None:  # fmt: skip
    """The field that `?field=` names, with its picture and its numbers."""
    told = (
        next((one for one in counted_fields(report, profile, dataset) if one["name"] == name), None) if name else None
    )
    if told is None:
        return None
    return {"name": name, "masked": told.get("masked", False), "chart": histogram_of(told), "numbers": _numbers(told)}


def histogram_of(told: dict[str, Any]) -> dict[str, Any] | None:
    """A field's distribution as the chart takes it; of a text, that of its lengths."""
    distribution = told.get("distribution") or {}
    lengths = told.get("lengths") or {}
    if distribution.get("values"):
        return {"values": distribution["values"], "missing": told["missing"]}
    if distribution.get("counts"):
        return {"edges": distribution["edges"], "counts": distribution["counts"], "missing": told["missing"]}
    if lengths.get("histogram"):
        return {**lengths["histogram"], "missing": told["missing"], "x": {"label": _("letters")}}
    return None


def _numbers(told: dict[str, Any]) -> list[tuple[str, str]]:
    lengths, quantiles = told.get("lengths") or {}, told.get("quantiles") or {}
    pairs: list[tuple[str, Any]] = [
        (_("Missing"), told["missing"]),
        (_("Different values") if told.get("exact", True) else _("Different values, about"), told.get("distinct")),
        (_("Lowest"), told.get("min")),
        (_("Highest"), told.get("max")),
        (_("Mean"), told.get("mean")),
        (_("Deviation"), told.get("std")),
        *(
            (_("%(share)s %% are below") % {"share": name}, value)
            for name, value in quantiles.items()
            if name in SHARES
        ),
        (_("Shortest text"), lengths.get("min")),
        (_("Longest text"), lengths.get("max")),
        (_("Blank texts"), told.get("blank") or None),
    ]
    found = [(name, _shown(value)) for name, value in pairs if value is not None]
    if relation := told.get("relation"):
        found.append((str(MEASURES[relation["measure"]]), formats.number(relation["value"])))
    return found


def _shown(value: Any) -> str:
    return str(value) if isinstance(value, str) else formats.number(value, 6)
