"""Refusals: one sentence for a person, in the reader's language, translated once by each door."""

from collections.abc import Mapping
from typing import Any

from chainhub.core.sentences import Sentence, render, sentence


class DomainError(Exception):
    """A rule of the hub refuses what was asked; `str()` gives the sentence in the current language.

    `text` is an English msgid (mark it with `gettext_noop` where it is written), `params` its placeholders.
    `field` names the form or API field at fault, where there is one.
    """

    code = "refused"
    status = 409

    def __init__(self, text: str, *, field: str | None = None, **params: Any) -> None:
        super().__init__(text)
        self.sentence: Sentence = sentence(text, **params)
        self.field = field

    def __str__(self) -> str:
        return render(self.sentence)

    @property
    def params(self) -> Mapping[str, Any]:
        return self.sentence["params"]


class InvalidInputError(DomainError):
    """What was sent makes no sense as it stands; the same request can be sent again, mended."""

    code = "invalid"
    status = 422


class IllegalMoveError(DomainError):
    """A thing in this state cannot go to that state."""

    code = "illegal-move"


class NotAllowedError(DomainError):
    """The person sees the thing but may not do that to it."""

    code = "not-allowed"
    status = 403


class TooLargeError(DomainError):
    """The input exceeds a stated limit."""

    code = "too-large"
    status = 413
