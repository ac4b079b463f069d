"""What the hub writes as CSV runs nowhere."""

import ast
import csv
import io
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from chainhub.core.spreadsheets import csv_lines, csv_table, harmless

ROOT = Path(__file__).resolve().parents[3] / "chainhub"


@pytest.mark.parametrize(
    "value", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "－x", "-"]
)
def test_a_formula_becomes_a_text(value: str) -> None:
    assert harmless(value) == f"'{value}"


@pytest.mark.parametrize("value", ["-5", "+3.5e4", "-.5", -5, 1.5, None, "a=b", "", "螺栓"])
def test_numbers_and_words_stay_as_they_are(value: Any) -> None:
    assert harmless(value) == value


def test_names_and_values_alike() -> None:
    text = "".join(csv_lines(["=name", "b"], [["=1", 'say "hi", then\nleave'], [None, -1.5]]))
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert rows == [["'=name", "b"], ["'=1", 'say "hi", then\nleave'], ["", "-1.5"]]
    assert not "".join(csv_lines(["a"], [], mark=False)).startswith("\ufeff")


def test_many_rows_at_once() -> None:
    words = ["=1+1", "-5", "-x", "＝a", "a=b", None, "line\n=2"]
    table = pa.table({"=n": words, "m": range(len(words))})
    text = csv_table(table, header=True).decode() + csv_table(table.slice(0, 1), header=False).decode()
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert [row[0] for row in rows] == ["'=n", "'=1+1", "-5", "'-x", "'＝a", "a=b", "", "line\n=2", "'=1+1"]
    assert csv_table(pa.table({"a": pa.array([], pa.string())}), header=True) == b'"a"\n'


def test_nothing_else_in_the_hub_writes_csv() -> None:
    """Demo data goes in, not out; everything that goes out passes here."""
    writers = {
        str(path.relative_to(ROOT))
        for path in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in {"writer", "DictWriter", "write_csv", "to_csv"}
        if isinstance(node.value, ast.Name) and node.value.id in {"csv", "pa_csv", "pandas", "pd", "duckdb"}
    }
    assert writers == {"core/spreadsheets.py", "scenarios/samples/tables.py"}
