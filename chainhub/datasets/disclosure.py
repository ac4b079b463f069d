"""What of an inspection people see who may see the card but no rows: summaries, and nothing about single rows."""

from typing import Any

RARE = 5  # a value held by fewer rows points at them


def public_report(inspection: dict[str, Any]) -> dict[str, Any]:
    """The report without preview, examples and rare values."""
    shown = {name: value for name, value in inspection.items() if name != "preview"}
    shown["fields"] = [_public_field(field) for field in inspection.get("fields", [])]
    return shown


def _public_field(field: dict[str, Any]) -> dict[str, Any]:
    shown = {name: value for name, value in field.items() if name != "examples"}
    distribution = field.get("distribution")
    if field["kind"] in {"text", "identifier"}:
        shown.pop("distribution", None)
    elif distribution and distribution["kind"] == "values":
        often = [value for value in distribution["values"] if value["count"] >= RARE]
        rare = sum(value["count"] for value in distribution["values"]) - sum(value["count"] for value in often)
        shown["distribution"] = {**distribution, "values": often, "other": distribution["other"] + rare}
    return shown
