"""Text columns become typed ones, through their different values: most columns repeat theirs."""

import pyarrow as pa
import pyarrow.compute as pc

from chainhub.datasets.inspection import values as written
from chainhub.datasets.inspection.columns import MISSING, MISSING_AMONG_NUMBERS, Column

ARROW = {"integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_()}
FLOAT = f"^({written.NUMBER})$"


def typed(texts: pa.Array, column: Column, *, decimal_comma: bool) -> pa.Array:
    """The column in its settled type; what is missing is null."""
    coded = pc.utf8_trim_whitespace(texts).dictionary_encode()
    different = coded.dictionary
    different = pc.if_else(pc.is_in(different, MISSING), None, different)
    cast = _cast(different, column, decimal_comma=decimal_comma)
    return cast.take(coded.indices)


def arrow_type(kind: str) -> pa.DataType:
    """The Parquet type of a field's type; dates are ISO 8601 text."""
    return ARROW.get(kind, pa.string())


def _cast(different: pa.Array, column: Column, *, decimal_comma: bool) -> pa.Array:
    if column.type in {"integer", "number"}:
        return _numbers(different, column, decimal_comma=decimal_comma)
    if column.type == "boolean":
        return pc.equal(pc.ascii_lower(different), "true")
    if column.type in {"date", "time"}:
        moments = pc.strptime(different, format=column.formats[0], unit="s", error_is_null=True)
        return pc.strftime(moments, format="%Y-%m-%d" if column.type == "date" else "%Y-%m-%dT%H:%M:%S")
    return different


def _numbers(different: pa.Array, column: Column, *, decimal_comma: bool) -> pa.Array:
    different = pc.if_else(pc.is_in(different, MISSING_AMONG_NUMBERS), None, different)
    if column.commas or (column.thousands and decimal_comma):
        # A point can only be a thousands separator where the comma is decimal.
        plain = pc.replace_substring(pc.replace_substring(different, ".", ""), ",", ".")
        different = pc.if_else(pc.match_substring(different, ","), plain, different)
    elif column.thousands:
        different = pc.replace_substring(different, ",", "")
    fit = pc.if_else(pc.match_substring_regex(different, FLOAT), different, None)
    if column.type == "integer":
        return pc.cast(pc.utf8_ltrim(fit, characters="+"), pa.int64())
    numbers = pc.cast(fit, pa.float64())
    return pc.if_else(pc.is_finite(numbers), numbers, None)
