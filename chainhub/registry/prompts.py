"""What is sent to a model that writes: a text to go on from or to answer, and how it shall be written."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_noop

from chainhub.core.errors import InvalidInputError
from chainhub.registry.inputs.common import given, known_only

USUAL_LENGTH, MOST_LENGTH = 60, 500  # tokens, as the trainer has it
USUAL_TEMPERATURE, MOST_TEMPERATURE = 0.8, 5.0
LONGEST_PROMPT = 20_000
ASKED = ("text", "length", "temperature", "seed")


def checked_prompt(number: int, row: Any, *, known: Sequence[str] = ASKED) -> dict[str, Any]:
    """The row as the model takes it; InvalidInputError names what is at fault. Numbers are judged by the model."""
    known_only(number, row, known)
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
    return given(row, known)
