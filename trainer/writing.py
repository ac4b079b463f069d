"""A published model that writes: what recipes whose models go on with texts or answer them have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, NamedTuple

from trainer.asking import number_in
from trainer.serving import Row

USUAL, MOST, LIKELIEST = 60, 500, 50  # tokens of an answer; and among how many each is drawn


class Asked(NamedTuple):
    """How a person wants it written; at temperature 0 always the likeliest token."""

    length: int
    temperature: float
    seed: int


def asked_in(row: Row, temperature: float) -> Asked:
    """As the row says, at that temperature where it does not; a refusal where it makes no sense."""
    length = int(number_in(row, "length", USUAL, 1, MOST))
    temperature = number_in(row, "temperature", temperature, 0.0, 5.0)
    return Asked(length, temperature, int(number_in(row, "seed", 0, 0, 2**53)))


class Writes(ABC):
    """`{"text", "length", "temperature", "seed"}` in, `{"text"}` out."""

    explained = 8  # rows of a request, from the first

    def __init__(self) -> None:
        self._last: tuple[list[Row], list[list[int]]] = [], []  # what was asked last, and what was written

    def predict(self, rows: list[Row]) -> list[Row]:
        written = [self.written(row) for row in rows]
        self._last = rows, written
        return [{"text": self.read(row, tokens)} for row, tokens in zip(rows, written, strict=True)]

    def explain(self, rows: list[Row]) -> list[Any]:
        """The words of each text, and how much likelier each made what was written."""
        if self._last[0] is not rows:
            self.predict(rows)
        return [self.weighed(row, tokens) for row, tokens in zip(rows[: self.explained], self._last[1], strict=False)]

    @abstractmethod
    def written(self, row: Row) -> list[int]:
        """The tokens that follow what the row asks."""

    @abstractmethod
    def read(self, row: Row, written: list[int]) -> str:
        """The same as text."""

    @abstractmethod
    def weighed(self, row: Row, written: list[int]) -> Row | None:
        """Why it was written so; None where nothing was."""
