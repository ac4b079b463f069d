"""How values are written: what counts as missing, as a number, as a date."""

import re
from typing import Any

# Empty, or a word that everywhere means that nothing is known.
MISSING = frozenset(
    {"", "NA", "N/A", "n/a", "na", "NaN", "nan", "NAN", "null", "NULL", "Null", "#N/A", "#NA", "<NA>", "?", "-nan"}
    | {"#VALUE!", "#DIV/0!", "#REF!", "#NUM!", "1.#QNAN", "缺失", "空值"}
)
# Means nothing is known among numbers, but may be a category among words.
MISSING_AMONG_NUMBERS = frozenset(
    {"-", "--", "—", ".", "..", "*", "none", "None", "NONE", "missing", "unknown", "Unknown", "无", "空", "未知", "/"}
)
NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
# Without anything that would need a second look.
PLAIN = r"[+-]?(0|[1-9]\d{0,17})(\.\d+)?([eE][+-]?\d+)?"
INTEGER = r"[+-]?\d+"
INFINITE = r"[+-]?[iI][nN][fF]([iI][nN][iI][tT][yY])?"
DECIMAL_COMMA = r"[+-]?(\d+|\d{1,3}(\.\d{3})+),\d+"
THOUSANDS = r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?"
# A code, not a quantity: the zeros in front would be lost.
LEADING_ZERO = r"[+-]?0\d+(\.\d+)?"

# Each with how it is shown; tried in this order.
DATES = (
    ("%Y-%m-%d", "YYYY-MM-DD"),
    ("%Y/%m/%d", "YYYY/MM/DD"),
    ("%d.%m.%Y", "DD.MM.YYYY"),
    ("%m/%d/%Y", "MM/DD/YYYY"),
    ("%d/%m/%Y", "DD/MM/YYYY"),
    ("%Y年%m月%d日", "YYYY年MM月DD日"),
)
TIMES = (
    ("%Y-%m-%d %H:%M:%S", "YYYY-MM-DD hh:mm:ss"),
    ("%Y-%m-%dT%H:%M:%S", "YYYY-MM-DDThh:mm:ss"),
    ("%Y-%m-%dT%H:%M:%SZ", "YYYY-MM-DDThh:mm:ssZ"),
    ("%Y-%m-%d %H:%M", "YYYY-MM-DD hh:mm"),
    ("%Y/%m/%d %H:%M:%S", "YYYY/MM/DD hh:mm:ss"),
    ("%Y/%m/%d %H:%M", "YYYY/MM/DD hh:mm"),
    ("%d.%m.%Y %H:%M:%S", "DD.MM.YYYY hh:mm:ss"),
    ("%d.%m.%Y %H:%M", "DD.MM.YYYY hh:mm"),
)
DATE_LIKE = r"\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,4}.*"

_number = re.compile(f"{NUMBER}|{INFINITE}|{DECIMAL_COMMA}|{THOUSANDS}")
_date = re.compile(DATE_LIKE)


def looks_like(cell: str) -> str:
    """`number`, `date` or `text`; missing values look like text."""
    cell = cell.strip()
    if _number.fullmatch(cell):
        return "number"
    return "date" if _date.fullmatch(cell) else "text"


def plain_text(text: str) -> str:
    """The text without what neither Parquet nor a database can hold: zero bytes and halves of letters."""
    if "\x00" in text:
        text = text.replace("\x00", "�")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def plain_json(value: Any) -> Any:
    """The same with plain text throughout, keys too: what was found in strangers' files goes into a database."""
    if isinstance(value, str):
        return plain_text(value)
    if isinstance(value, dict):
        return {plain_json(key): plain_json(inner) for key, inner in value.items()}
    return [plain_json(inner) for inner in value] if isinstance(value, list | tuple) else value
