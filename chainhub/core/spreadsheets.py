"""CSV as the hub hands it out: spreadsheets run what begins like a formula. The one place that writes it."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

# What a spreadsheet runs as a formula, also in the wide letters of Chinese and Japanese keyboards.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
BYTE_ORDER_MARK = "\ufeff"  # tells spreadsheets that this is UTF-8


def harmless(value: Any) -> Any:
    """The value, or a text that no spreadsheet takes for a formula; numbers stay numbers."""
    if isinstance(value, str) and value.startswith(FORMULA) and not NUMBER.fullmatch(value):
        return f"'{value}"
    return value


class _Line:
    """A file of one line, for the csv module to write into."""

    def write(self, line: str) -> str:
        return line


def csv_lines(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, mark: bool = True) -> Iterator[str]:
    """Line by line, the names first; `mark` is for people, who open it in a spreadsheet, not for programs."""
    writer: Any = csv.writer(_Line())
    yield (BYTE_ORDER_MARK if mark else "") + str(writer.writerow([harmless(name) for name in columns]))
    for row in rows:
        yield str(writer.writerow([harmless(value) for value in row]))


def csv_table(table: pa.Table, *, header: bool) -> bytes:
    """Many rows at once, out of an Arrow table; the same rule for every word and every name."""
    columns = [_harmless_words(column) if pa.types.is_string(column.type) else column for column in table.columns]
    safe = pa.table(columns, names=[harmless(name) for name in table.column_names])
    sink = pa.BufferOutputStream()
    pa_csv.write_csv(safe, sink, pa_csv.WriteOptions(include_header=header))
    return bytes(sink.getvalue())


def _harmless_words(words: pa.ChunkedArray) -> pa.ChunkedArray:
    starts = pc.is_in(pc.utf8_slice_codeunits(words, 0, 1), pa.array(FORMULA))
    risky = pc.and_not(starts, pc.match_substring_regex(words, f"^(?:{NUMBER.pattern})$"))
    return pc.if_else(risky, pc.binary_join_element_wise(pa.scalar("'"), words, ""), words)
