"""What differs between two versions: for people who trained on the one and now see the other."""

from typing import Any


def changes_between(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Fields that came, went or changed their type, and the difference in rows."""
    old = {field["name"]: field["type"] for field in before.get("fields", [])}
    new = {field["name"]: field["type"] for field in after.get("fields", [])}
    return {
        "added": [name for name in new if name not in old],
        "removed": [name for name in old if name not in new],
        "retyped": [[name, old[name], new[name]] for name in new if name in old and old[name] != new[name]],
        "rows": after.get("rows", 0) - before.get("rows", 0),
    }
