"""Which fields people most likely want to predict, and which only name the rows."""

import re
from typing import Any

LIKELY_TARGET = re.compile(
    r"^(target|label|labels|class|classes|y|outcome|result|diagnosis|status|default|churn|response|num|category|"
    r"目标|标签|类别|结果|诊断|是否.*|违约|质量|等级)$",
    re.IGNORECASE,
)
NAMES_ROWS = re.compile(
    r"(^|[_ ])(id|uuid|guid|key|no|number|index|row_name|serial)$|编号|序号|身份证|^unnamed", re.IGNORECASE
)
MOST_CLASSES = 1000
SHOWN = 5
MOSTLY_MISSING = 0.5


def targets_of(fields: list[dict[str, Any]], label: str) -> list[str]:
    """At most five fields, the likeliest first."""
    last = len(fields) - 1
    scored = [
        (_score(field, is_last=place == last, label=label), -place, field["name"]) for place, field in enumerate(fields)
    ]
    return [name for score, _place, name in sorted(scored, reverse=True)[:SHOWN] if score > 0]


def _score(field: dict[str, Any], *, is_last: bool, label: str) -> int:
    if label:
        return int(field["name"] == label)
    if field["kind"] in {"constant", "empty", "text", "date"} or field["missing_share"] > MOSTLY_MISSING:
        return 0
    if field["kind"] == "number" and NAMES_ROWS.search(field["name"]):
        return 0
    few = 2 <= (field["distinct"] or 0) <= 20  # noqa: PLR2004 - two classes to twenty
    return 1 + 8 * bool(LIKELY_TARGET.match(field["name"])) + 4 * is_last + 2 * few


def identifiers_of(fields: list[dict[str, Any]], rows: int) -> list[str]:
    """Fields with another value in every row that are words, count up, or are called so."""
    return [field["name"] for field in fields if rows > 1 and _names_rows(field, rows)]


def _names_rows(field: dict[str, Any], rows: int) -> bool:
    if field["kind"] == "pixel" or field["missing"] or field["distinct"] != rows:
        return False
    if NAMES_ROWS.search(field["name"]):
        return field["type"] in {"text", "integer"}
    if field["type"] == "text":
        # Free text differs in every row too, but a name of a row is one word.
        return not any(" " in example for example in field["examples"])
    return field["type"] == "integer" and field["max"] - field["min"] == rows - 1 and rows > SHOWN
