"""Rows that cannot be used: a few are left out and told, many refuse the file."""

from typing import Any

from django.utils.translation import gettext_noop

from chainhub.core.sentences import Sentence, sentence
from chainhub.datasets.inspection.findings import RefusedFileError, Repairs
from chainhub.datasets.inspection.limits import FEW, HOPELESS, SMALL_SHARE


class Faults:
    """What was wrong so far; `row` is whatever a person can find again: a line, a row, an item of a list."""

    def __init__(self) -> None:
        self.count = 0
        self.row = 0
        self.reason: Sentence | None = None

    def add(self, row: int, text: str, **params: Any) -> None:
        """One more. Raises `RefusedFileError` where there is no hope left."""
        self.count += 1
        if self.reason is None:
            self.row, self.reason = row, sentence(text, **params)
        if self.count >= HOPELESS:
            self._refuse()

    def judge(self, used: int, repairs: Repairs) -> None:
        """In the end, with so many rows that could be used. Raises `RefusedFileError`."""
        if not self.count:
            return
        if not used or (self.count > FEW and self.count > SMALL_SHARE * (used + self.count)):
            self._refuse()
        repairs.tell(
            gettext_noop("Rows that cannot be used were left out (%(count)s, the first is row %(row)s: %(reason)s)."),
            count=self.count,
            row=self.row,
            reason=self.reason,
        )

    def _refuse(self) -> None:
        raise RefusedFileError(
            gettext_noop("Rows cannot be used (%(count)s, the first is row %(row)s: %(reason)s)."),
            count=self.count,
            row=self.row,
            reason=self.reason,
        )
