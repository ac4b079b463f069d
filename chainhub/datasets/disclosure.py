"""What of the data whom may be shown: masked fields, and summaries without anything about single rows.

Three circles: the owner's people see all; whom the terms let view rows sees all but masked fields; who sees only the
card gets summaries without examples and rare values, and nothing of masked fields but that they are there.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_noop

from chainhub.core.sentences import Sentence, sentence
from chainhub.datasets.models import Dataset
from chainhub.datasets.roles import KINDS, sensitive_fields
from chainhub.organizations.permissions import has_role

RARE = 5  # a value held by fewer rows points at them
# What a repair says beside values of rows: numbers, places, names of fields, words of the hub's own. What is not named
# here is taken for something out of a row.
NUMBERS = ("count", "most", "row", "line", "number", "found", "expected", "height", "width")
HARMLESS = frozenset((*NUMBERS, "name", "new", "last", "encoding", "reason", "words", "file"))
A_VALUE = gettext_noop("a value")
STAND_INS = {"path": gettext_noop("a file"), "sheet": gettext_noop("a sheet"), "others": gettext_noop("other sheets")}
# All that is said of a masked field. Not how many values differ: that alone can tell that all are the same, or none.
MASKED_KEEPS = ("name", "type", "kind", "role", "missing", "missing_share", "corrected")
COUNTED_KINDS = ("category", "constant", "identifier")  # kinds that tell how many values differ
NOBODY: frozenset[str] = frozenset()


def masked_for(user: Any, dataset: Dataset) -> frozenset[str]:
    """Names of the fields whose values this person may not see anywhere."""
    sensitive = frozenset(sensitive_fields(dataset))
    return NOBODY if not sensitive or has_role(user, dataset.organization) else sensitive


def public_report(inspection: Mapping[str, Any], masked: frozenset[str] = NOBODY) -> dict[str, Any]:
    """The report for who sees the card but no rows: without preview, examples and rare values."""
    shown = {name: value for name, value in inspection.items() if name != "preview"}
    shown["fields"] = [_public_field(field, masked) for field in inspection.get("fields", [])]
    shown["repairs"] = repairs_for(inspection, rows=False, masked=masked)
    return shown


def repairs_for(
    inspection: Mapping[str, Any], *, rows: bool, masked: frozenset[str] | None
) -> list[Mapping[str, Any]]:  # fmt: skip
    """What was repaired, without the values that the reader may not see; `masked` None masks nothing."""
    hidden = masked or NOBODY
    return [said if rows and _is_open(said, hidden) else _without_value(said) for said in inspection.get("repairs", [])]


def _is_open(said: Mapping[str, Any], masked: frozenset[str]) -> bool:
    """Whether a sentence quotes no masked field; one that names no field may quote any."""
    name = said["params"].get("name")
    return not masked or (name is not None and name not in masked)


def masked_report(inspection: Mapping[str, Any], masked: frozenset[str]) -> dict[str, Any]:
    """The report for who may see rows, but not these fields."""
    shown = dict(inspection)
    if not masked:
        return shown
    shown["fields"] = [masked_field(field, masked) for field in inspection.get("fields", [])]
    shown["repairs"] = repairs_for(inspection, rows=True, masked=masked)
    shown["preview"] = _masked_preview(inspection, masked)
    return shown


def report_for(user: Any, dataset: Dataset, inspection: Mapping[str, Any], *, rows: bool) -> dict[str, Any]:
    """The report as the person may read it; `rows` says whether they may see rows at all."""
    masked = masked_for(user, dataset)
    return masked_report(inspection, masked) if rows else public_report(inspection, masked)


def shown_profile(profile: Mapping[str, Any], *, rows: bool, masked: frozenset[str]) -> dict[str, Any]:
    """The profile as a person may read it; `rows` says whether they may see rows at all."""
    shown = dict(profile)
    keep = masked_field if rows else _public_field
    shown["fields"] = [keep(field, masked) for field in profile.get("fields", [])]
    if "targets" in profile:
        shown["targets"] = [name for name in profile["targets"] if name not in masked]
    if any(field.get("type") == "image" for field in profile.get("fields", []) if field["name"] in masked):
        shown.pop("images", None)
    if profile.get("target") in masked:
        shown["classes"] = []
        # How a field goes with a masked one tells of the masked one: who knows the field would learn it.
        shown["fields"] = [_without(field, "relation") for field in shown["fields"]]
    elif not rows:
        shown["classes"] = _often(profile.get("classes", []), 0)["values"]
    return shown


def masked_field(field: Mapping[str, Any], masked: frozenset[str]) -> dict[str, Any]:
    """One field's description; of a masked one only that it is there, its type, and how much is missing."""
    if field["name"] not in masked:
        return dict(field)
    shown = {name: field[name] for name in MASKED_KEEPS if name in field} | {"masked": True}
    if shown.get("kind") in COUNTED_KINDS:
        kind = str(shown.get("type") or "text")
        shown["kind"] = KINDS.get(kind, kind)
    return shown


def _without(field: Mapping[str, Any], gone: str) -> dict[str, Any]:
    return {name: value for name, value in field.items() if name != gone}


def _masked_preview(inspection: Mapping[str, Any], masked: frozenset[str]) -> dict[str, Any]:
    preview = dict(inspection.get("preview", {}))
    columns = preview.get("columns", [])
    preview["rows"] = [
        [None if name in masked else value for name, value in zip(columns, row, strict=False)]
        for row in preview.get("rows", [])
    ]
    pictures = preview.get("images", [])
    pixels = inspection.get("pixels") or {}
    kinds = {field["name"] for field in inspection.get("fields", []) if field["kind"] in {"image", "pixel"}}
    if kinds & masked:
        preview["images"] = []
    elif pictures and masked & {"label", pixels.get("label", "label")}:
        preview["images"] = [{**one, "label": ""} for one in pictures]
    return preview


def _public_field(field: Mapping[str, Any], masked: frozenset[str]) -> dict[str, Any]:
    if field["name"] in masked:
        return masked_field(field, masked)
    shown = {name: value for name, value in field.items() if name != "examples"}
    distribution = field.get("distribution")
    if field["kind"] in {"text", "identifier"}:
        shown.pop("distribution", None)
        shown.pop("values", None)
        return shown
    if distribution and distribution["kind"] == "values":
        shown["distribution"] = {**distribution, **_often(distribution["values"], distribution["other"])}
    if "values" in field:
        shown |= _often(field["values"], field.get("other", 0))
    return shown


def _often(values: list[dict[str, Any]], other: int) -> dict[str, Any]:
    """Values that many rows hold; the others only as a number of rows."""
    often = [value for value in values if value["count"] >= RARE]
    rare = sum(value["count"] for value in values) - sum(value["count"] for value in often)
    return {"values": often, "other": other + rare}


def _without_value(said: Mapping[str, Any]) -> Sentence:
    """A repair's sentence that quotes nothing out of a row."""
    return sentence(said["text"], **{name: _harmless(name, value) for name, value in said["params"].items()})


def _harmless(name: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return _without_value(value)
    return value if name in HARMLESS else sentence(STAND_INS.get(name, A_VALUE))
