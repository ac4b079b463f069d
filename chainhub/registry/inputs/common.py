"""What the checks of all inputs share."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_noop

from chainhub.core.errors import InvalidInputError

Row = dict[str, Any]
Check = Callable[[int, Any], Row]
LONGEST_SHOWN = 50


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
