"""Rows are checked before they reach the model, and refused with their number and field."""

from typing import Any

import pytest

from chainhub.core.errors import InvalidInputError, TooLargeError
from chainhub.registry import rows
from chainhub.registry.models import ModelVersion

ROW = {"x0": 1, "x1": "2.5", "x2": None}


def test_numbers_are_read_and_gaps_stay(version: ModelVersion) -> None:
    assert rows.checked_rows(version, [ROW]) == [{"x0": 1.0, "x1": 2.5, "x2": None}]
    assert rows.checked_rows(version, {"x0": "\u22121"}) == [{"x0": -1.0, "x1": None, "x2": None}]


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ([ROW, {"x0": "tall"}], "rows.2.x0", "Row 2, “x0”: “tall” is not a number."),
        ([{"x0": True}], "rows.1.x0", "Row 1, “x0”"),
        ([{"x0": "nan"}], "rows.1.x0", "Row 1, “x0”"),
        ([{"x0": [1]}], "rows.1.x0", "Row 1, “x0”"),
        ([{"x0": 10**400}], "rows.1.x0", "Row 1, “x0”"),
        ([{"colour": 1}], "rows.1.colour", "It takes: x0, x1, x2"),
        ([5], "rows.1", "Row 1 is not an object of fields."),
        ([], "rows", "Send a list of rows"),
        ("x0", "rows", "Send a list of rows"),
        (None, "rows", "Send a list of rows"),
    ],
)
def test_what_makes_no_sense_is_named(version: ModelVersion, given: Any, field: str, said: str) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        rows.checked_rows(version, given)
    assert refusal.value.field == field
    assert said in str(refusal.value)


def test_too_many_rows_are_refused(version: ModelVersion) -> None:
    with pytest.raises(TooLargeError):
        rows.checked_rows(version, [ROW] * (rows.MOST_ROWS + 1))


def test_pasted_rows_say_what_was_left_out(version: ModelVersion) -> None:
    pasted = rows.pasted_rows(version, "x0;name;x1\n1;bolt;2\n;nut;3\n")
    assert pasted.rows == [{"x0": "1", "x1": "2"}, {"x0": "", "x1": "3"}]
    assert (pasted.ignored, pasted.absent) == (["name"], ["x2"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x0,x1\n1,2,3", "Row 1 has 3 values, the first line 2 names."),
        ("x0", "first line with the fields' names"),
        ("a,b\n1,2", "names none of the model's fields"),
        ('x0,x1\n"1,2', "cannot be read as CSV"),
    ],
)
def test_pasted_text_that_is_no_table_is_refused(version: ModelVersion, text: str, said: str) -> None:
    with pytest.raises(InvalidInputError, match=said):
        rows.pasted_rows(version, text)


def test_pictures_are_base64_or_pixels(version: ModelVersion) -> None:
    version.preprocessing = {"kind": "image", "shape": [1, 2, 2], "divide": 255}
    assert rows.checked_rows(version, [{"image": "data:image/png;base64,QUJD"}]) == [{"image": "QUJD"}]
    assert rows.checked_rows(version, [{"pixels": [0, 1, 2, 3]}]) == [{"pixels": [0, 1, 2, 3]}]
    for wrong in ({"image": "not base64!"}, {"image": ""}, {"x0": 1}, "QUJD"):
        with pytest.raises(InvalidInputError, match="Row 1"):
            rows.checked_rows(version, [wrong])


def test_fields_tell_where_values_usually_lie(version: ModelVersion) -> None:
    first, second, _third = rows.fields_of(version)
    assert (first.low, first.high, first.typical) == (-1.6, 1.6, "0")
    assert (second.low, second.is_number) == (None, True)
