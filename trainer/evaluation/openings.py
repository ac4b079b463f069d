"""Texts to try a model with that writes on or that guesses words, since such a model keeps none itself."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from trainer.contract import JobSpec
from trainer.data.columns import Ints
from trainer.evaluation.examples import SAMPLES, viewable
from trainer.evaluation.turns import in_turn
from trainer.recipes.program import Source
from trainer.seeding import numpy_generator

LOOKED_AT = 100  # rows at most: some may hold nothing that can be tried


@runtime_checkable
class Quotable(Protocol):
    """A source of texts that can be quoted."""

    def quoted(self, row: int) -> str:
        """A few words of it as the model takes them; empty where they would be no good."""


def openings(source: Source, spec: JobSpec, rows: Ints) -> dict[str, Any]:
    """Of held-out rows that everyone may see, each organization's in turn; none where any field is masked."""
    if not isinstance(source, Quotable) or spec.masked or source.target.task not in ("language", "masked"):
        return {}
    shown = rows[viewable(spec, source)[source.owner[rows]]]
    found: list[str] = []
    for row in _spread(shown, source.owner[shown], spec.seed).tolist():
        text = source.quoted(row)
        found += [text] if text and text not in found else []
        if len(found) == SAMPLES:
            break
    return {"samples": [{"values": {"text": text}} for text in found]} if found else {}


def _spread(rows: Ints, owner: Ints, seed: int) -> Ints:
    """Some of them from anywhere, each organization's in turn, however few it has."""
    mixed = numpy_generator(seed, "openings").permutation(len(rows))
    return rows[mixed[in_turn(owner[mixed])[:LOOKED_AT]]]
