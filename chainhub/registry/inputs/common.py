"""What the checks of all inputs share."""

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_noop

from chainhub.core.errors import InvalidInputError

Row = dict[str, Any]
Check = Callable[[int, Any], Row]
LONGEST_SHOWN = 50
DELIMITERS = ",;\t|"
QUOTED = re.compile(r'"(?:[^"]|"")*"')  # nothing in it parts cells


def known_only(number: int, row: Any, known: Sequence[str]) -> Mapping[str, Any]:
    """The row, if it is an object of those fields and no others; InvalidInputError names its number and the field."""
    if not isinstance(row, Mapping):
        raise InvalidInputError(
            gettext_noop("Row %(row)s is not an object of fields."), field=f"rows.{number}", row=number
        )
    if unknown := next((name for name in row if name not in known), None):
        raise InvalidInputError(
            gettext_noop("Row %(row)s: the model takes no field “%(name)s”. It takes: %(known)s."),
            field=f"rows.{number}.{unknown}",
            row=number,
            name=str(unknown)[:LONGEST_SHOWN],
            known=", ".join(known),
        )
    return row


def given(row: Mapping[str, Any], names: Sequence[str]) -> Row:
    """Those fields that are said at all; numbers among them are judged by the model, which knows its bounds."""
    return {name: row[name] for name in names if row.get(name) is not None}


def pasted_table(text: str, *, field: str) -> list[list[str]]:
    """Pasted CSV, or cells of a spreadsheet, as rows of trimmed cells; the first line tells what parts them."""
    lines = text.strip().splitlines()
    delimiter = max(DELIMITERS, key=QUOTED.sub("", lines[0]).count) if lines else ","
    try:
        return [
            [cell.strip() for cell in row]
            for row in csv.reader(io.StringIO(text.strip()), delimiter=delimiter, strict=True)
        ]
    except csv.Error as error:
        raise InvalidInputError(
            gettext_noop("The pasted text cannot be read as CSV: %(reason)s"), field=field, reason=str(error)
        ) from None
