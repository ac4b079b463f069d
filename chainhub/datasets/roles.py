"""Each field's part, type and sensitivity: as detected, unless the owner says otherwise. The one reader of both."""

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from chainhub.datasets.models import Dataset, Kind


class FieldRole(models.TextChoices):
    """What a field is for."""

    FEATURE = "feature", _("feature")
    TARGET = "target", _("target")
    IDENTIFIER = "identifier", _("identifier")
    TIME = "time", _("time")
    ENTITY = "entity", _("entity")
    TEXT = "text", _("text")
    IMAGE = "image", _("image")
    WEIGHT = "weight", _("weight")
    IGNORE = "ignore", _("ignored")


class FieldType(models.TextChoices):
    """How values are read. What an owner may correct a type to."""

    INTEGER = "integer", _("whole number")
    NUMBER = "number", _("number")
    BOOLEAN = "boolean", _("yes or no")
    DATE = "date", _("date")
    TIME = "time", _("date and time")
    TEXT = "text", _("text")
    CATEGORY = "category", _("category")


KINDS = {"integer": "number", "time": "date"}
# What is true of a field whatever its type is.
STAYS = ("name", "type", "kind", "role", "unit", "sensitive", "missing", "missing_share", "distinct", "masked")
# Fields that a recipe may learn from unless its user chooses others.
LEARNT_FROM = frozenset({FieldRole.FEATURE, FieldRole.TIME, FieldRole.ENTITY, FieldRole.TEXT, FieldRole.IMAGE})

# Of images: the folder in a path is the label, and boxes spell it out.
TELLING_THE_LABEL = frozenset({"path", "boxes"})


def roles_of(dataset: Dataset, inspection: Mapping[str, Any]) -> dict[str, str]:
    """`{field: role}` in the report's order; the dataset's target and identifiers are the truth for those two roles."""
    return {field["name"]: _role(dataset, field) for field in inspection.get("fields", [])}


def types_of(dataset: Dataset, inspection: Mapping[str, Any]) -> dict[str, str]:
    """`{field: type}`, as the owner corrected it or as detected."""
    chosen = dataset.field_settings
    return {
        field["name"]: str(chosen.get(field["name"], {}).get("type") or field.get("type") or "")
        for field in inspection.get("fields", [])
    }


def corrected_types(dataset: Dataset, inspection: Mapping[str, Any]) -> dict[str, str]:
    """`{field: type}` of those fields whose values are stored in another type than the owner says."""
    found = {field["name"]: str(field.get("type") or "") for field in inspection.get("fields", [])}
    # A field without any value fits whatever type; words and categories are stored alike.
    alike = {("text", "category"), ("empty", "category"), ("empty", "text")}
    return {
        name: kind
        for name, kind in types_of(dataset, inspection).items()
        if kind != found[name] and (found[name], kind) not in alike
    }


def corrected_report(dataset: Dataset, inspection: Mapping[str, Any]) -> dict[str, Any]:
    """The inspection's report with the owner's types and identifiers.

    Of a field that is stored in another type, `corrected` is true and what its values look like is left out.
    """
    types, corrected = types_of(dataset, inspection), corrected_types(dataset, inspection)
    fields = [
        _corrected(field, types[field["name"]], stored_so=field["name"] not in corrected)
        for field in inspection.get("fields", [])
    ]
    identifiers = [name for name in dataset.identifiers if name in types]
    return {**inspection, "fields": fields, "identifiers": identifiers}


def _corrected(field: Mapping[str, Any], wanted: str, *, stored_so: bool) -> dict[str, Any]:
    kept = dict(field) if stored_so else {key: field[key] for key in STAYS if key in field} | {"corrected": True}
    return kept if wanted == field.get("type") else {**kept, "type": wanted, "kind": _kind(field, wanted)}


def _kind(field: Mapping[str, Any], wanted: str) -> str:
    """What a field of this type is called; one without values, or with one only, stays that."""
    found = str(field.get("kind") or "")
    return found if found in {"empty", "constant"} else KINDS.get(wanted, wanted)


def described_fields(dataset: Dataset, inspection: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Everything that is said about each field: name, role, type, detected_type, unit, sensitive, about."""
    roles, types, masked = roles_of(dataset, inspection), types_of(dataset, inspection), sensitive_fields(dataset)
    return [
        {
            "name": field["name"],
            "role": roles[field["name"]],
            "type": types[field["name"]],
            "detected_type": str(field.get("type") or ""),
            "unit": str(_said(dataset, field, "unit")),
            "sensitive": field["name"] in masked,
            "about": str(_said(dataset, field, "about")),
        }
        for field in inspection.get("fields", [])
    ]


def _said(dataset: Dataset, field: Mapping[str, Any], key: str) -> Any:
    return dataset.field_settings.get(field["name"], {}).get(key) or field.get(key) or ""


def sensitive_fields(dataset: Dataset) -> set[str]:
    """Names of the fields whose values only the owner's people may see."""
    found = {name for name, said in dataset.field_settings.items() if said.get("sensitive")}
    return found | TELLING_THE_LABEL if dataset.kind == Kind.IMAGES and "label" in found else found


# Asked for each of a thousand fields: Django makes the list of values anew each time.
KEPT_ROLES = frozenset(FieldRole.values) - {FieldRole.TARGET.value, FieldRole.IDENTIFIER.value}


def _role(dataset: Dataset, field: Mapping[str, Any]) -> str:
    name = field["name"]
    if name == dataset.target:
        return FieldRole.TARGET.value
    if name in dataset.identifiers:
        return FieldRole.IDENTIFIER.value
    role = dataset.field_settings.get(name, {}).get("role") or field.get("role")
    # A target or an identifier that the owner did not keep is one feature among others.
    return role if role in KEPT_ROLES else FieldRole.FEATURE.value
