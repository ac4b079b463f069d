"""Sentences that are stored once and read in the reader's language.

A reason, a notice or a failure outlives the request that made it, and its readers do not share a language:
it is kept as an English msgid with named placeholders and rendered when shown.
"""

from collections.abc import Mapping
from typing import Any, TypedDict

from django.utils.translation import gettext


class Sentence(TypedDict):
    """The stored form."""

    text: str
    params: dict[str, Any]


def sentence(text: str, **params: Any) -> Sentence:
    """The stored form of `text % params`; params must be JSON values or further sentences."""
    return {"text": text, "params": {name: _plain(value) for name, value in params.items()}}


def render(stored: Mapping[str, Any] | None) -> str:
    """The sentence in the current language; empty for nothing stored."""
    if not stored or not stored.get("text"):
        return ""
    params = {name: render(value) if _is_sentence(value) else value for name, value in stored.get("params", {}).items()}
    translated = gettext(stored["text"])
    try:
        return translated % params if params else translated.replace("%%", "%")
    except (KeyError, TypeError, ValueError):
        # A text from another program (a trainer's traceback line) may hold a bare percent sign.
        return translated


def _is_sentence(value: Any) -> bool:
    return isinstance(value, Mapping) and set(value) == {"text", "params"}


def _plain(value: Any) -> Any:
    if _is_sentence(value) or isinstance(value, str | int | float | bool | None):
        return value
    return str(value)
