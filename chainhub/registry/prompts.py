"""What is sent to a model that writes: a text to go on from or to answer, and how it shall be written."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_noop

from chainhub.core.errors import InvalidInputError

USUAL_LENGTH, MOST_LENGTH = 60, 500  # tokens, as the trainer has it
USUAL_TEMPERATURE, MOST_TEMPERATURE = 0.8, 5.0
LONGEST_PROMPT = 20_000
ASKED = ("text", "length", "temperature", "seed")


def checked_prompt(number: int, row: Any, *, known: Sequence[str] = ASKED) -> dict[str, Any]:
    """The row as the model takes it; InvalidInputError names what is at fault. Numbers are judged by the model."""
    if not isinstance(row, Mapping):
        raise InvalidInputError(
            gettext_noop("Row %(row)s is not an object of fields."), field=f"rows.{number}", row=number
        )
    if unknown := next((name for name in row if name not in known), None):
        raise InvalidInputError(
            gettext_noop("Row %(row)s: the model takes no field “%(name)s”. It takes: %(known)s."),
            field=f"rows.{number}.{unknown}",
            row=number,
            name=str(unknown)[:50],
            known=", ".join(known),
        )
    text = row.get("text")
    if not isinstance(text, str) or not text.strip():
        raise InvalidInputError(
            gettext_noop("Row %(row)s: give a text as “text”."), field=f"rows.{number}.text", row=number
        )
    if len(text) > LONGEST_PROMPT:
        raise InvalidInputError(
            gettext_noop("Row %(row)s: the text is longer than %(most)s letters."),
            field=f"rows.{number}.text",
            row=number,
            most=LONGEST_PROMPT,
        )
    return {name: row[name] for name in known if row.get(name) is not None}
