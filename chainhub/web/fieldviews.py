"""Fields as a page shows them: a word for the type, a picture of the distribution, numbers beside it."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chainhub.datasets.models import Dataset
from chainhub.datasets.roles import FieldRole, corrected_report, roles_of, sensitive_fields
from chainhub.web import formats

KINDS = {
    "number": (gettext_lazy("number"), "hash"),
    "category": (gettext_lazy("category"), "tags"),
    "boolean": (gettext_lazy("yes or no"), "toggle-left"),
    "date": (gettext_lazy("date"), "calendar"),
    "text": (gettext_lazy("text"), "type"),
    "constant": (gettext_lazy("always the same"), "equal"),
    "empty": (gettext_lazy("empty"), "circle-dashed"),
    "image": (gettext_lazy("image"), "image"),
    "pixel": (gettext_lazy("pixel"), "grid-3x3"),
}
SHOWN_VALUES = 3


@dataclass(frozen=True)
class FieldView:
    """One row of the table of fields."""

    name: str
    kind: str
    kind_label: str
    picture: str
    missing: int
    missing_share: float
    distinct: int | None
    counts: list[float] = field(default_factory=list)
    low: str = ""
    high: str = ""
    middle: str = ""
    words: str = ""
    role: str = ""
    role_label: str = ""
    unit: str = ""
    sensitive: bool = False
    masked: bool = False
    relation: float | None = None  # to the target, from -1 to 1
    personal: tuple[str, ...] = ()


def shown_fields(report: dict[str, Any], dataset: Dataset, profile: dict[str, Any] | None = None) -> list[FieldView]:
    """All fields but the pixels of a picture, which are one thing; as the profile counted them where there is one."""
    roles = roles_of(dataset, report)
    counted = counted_fields(report, profile or {}, dataset)
    return [_view(one, dataset, roles[one["name"]]) for one in counted if one["kind"] != "pixel"]


def counted_fields(report: dict[str, Any], profile: dict[str, Any], dataset: Dataset) -> list[dict[str, Any]]:
    """The report's fields as their owner corrected them, with what the profile knows better: it counts all rows."""
    counted = {field["name"]: field for field in profile.get("fields", [])}
    # What inspection saw of a field that is now read in another type says nothing about it any more.
    report = corrected_report(dataset, report)
    return [one | _counted(counted.get(one["name"], {})) for one in report.get("fields", [])]


def _counted(field: dict[str, Any]) -> dict[str, Any]:
    better = {
        name: value for name, value in field.items() if name not in {"type", "kind", "histogram", "values", "other"}
    }
    if "values" in field:
        better["distribution"] = {"kind": "values", "values": field["values"], "other": field.get("other", 0)}
    elif "histogram" in field:
        better["distribution"] = {"kind": "histogram", **field["histogram"]}
    return better


def pixels_view(report: dict[str, Any]) -> dict[str, Any] | None:
    """The picture that the columns of a table make up, with a few examples where rows may be seen."""
    pixels = report.get("pixels")
    if not pixels:
        return None
    return {**pixels, "images": report.get("preview", {}).get("images", [])[::4]}


def _view(told: dict[str, Any], dataset: Dataset, role: str) -> FieldView:
    label, picture = KINDS.get(told["kind"], (told["kind"], "circle"))
    distribution = told.get("distribution") or {}
    unit = dataset.field_settings.get(told["name"], {}).get("unit") or told.get("unit") or ""
    # What is not among the most frequent values is left out of the picture: together it would dwarf them.
    counts = distribution.get("counts") or [value["count"] for value in distribution.get("values", [])]
    return FieldView(
        name=told["name"],
        kind=told["kind"],
        kind_label=str(label),
        picture=picture,
        missing=told["missing"],
        missing_share=told["missing_share"],
        distinct=told.get("distinct"),
        counts=counts,
        words=_words(distribution),
        role=role,
        role_label=str(FieldRole(role).label) if role != FieldRole.FEATURE else "",
        unit=unit,
        sensitive=told["name"] in sensitive_fields(dataset),
        masked=bool(told.get("masked")),
        relation=(told.get("relation") or {}).get("value"),
        personal=tuple(one["kind"] for one in told.get("personal", ())),
        **_spread(told),
    )


def _spread(told: dict[str, Any]) -> dict[str, str]:
    """Lowest, middle and highest value."""
    if told.get("min") is None:
        return {}
    if told["kind"] == "date":
        return {"low": str(told["min"]), "high": str(told["max"])}
    middle = (told.get("quantiles") or {}).get("50")
    return {
        "low": formats.number(told["min"]),
        "high": formats.number(told["max"]),
        "middle": formats.number(middle) if middle is not None else "",
    }


def _words(distribution: dict[str, Any]) -> str:
    """The most frequent values with their shares."""
    if distribution.get("kind") != "values":
        return ""
    values, other = distribution["values"], distribution["other"]
    total = sum(value["count"] for value in values) + other
    if total > len(values) and all(value["count"] == 1 for value in values):
        return _("each value once")
    shown = [
        f"{_value(value['value'])} {formats.percent(value['count'] / total, 0)}" for value in values[:SHOWN_VALUES]
    ]
    more = len(values) > SHOWN_VALUES or other
    return " · ".join(shown) + (" …" if more else "")


def _value(value: Any) -> str:
    if value is True:
        return _("yes")
    if value is False:
        return _("no")
    return str(value)
