"""Memory and work of a base model that guesses hidden words: that of one that reads, and its whole vocabulary."""

from __future__ import annotations

from dataclasses import replace

from trainer.recipes.fine_tune import size
from trainer.recipes.masked_language.schema import Parameters
from trainer.sizes import FLOAT, Data, Size

HEAD = 2  # times the width: rows of a head's matrix and what stands beside it, roughly


def size_of(p: Parameters, data: Data) -> Size | None:
    """None where nothing is known of the base model. A long text is several rows, each of the most tokens."""
    found = size.size_of(p, replace(data, classes=0))
    if found is None:
        return None
    shape = size.shape_of((data.base or {})["config"])
    pieces = max(1, data.size // size.LETTERS // max(1, data.rows) // p.length)
    tokens = min(p.length, 2 + size.LONGEST * (data.size // size.LETTERS // max(1, data.rows)))
    logits = tokens * 2 * shape.vocabulary
    head = shape.width**2 + HEAD * shape.width + shape.vocabulary
    return replace(
        found,
        parameters=found.parameters + head,
        multiplications=found.multiplications * pieces + tokens * shape.vocabulary * shape.width,
        activations=found.activations + logits,
        prepared=found.prepared + FLOAT * data.size // size.LETTERS,
    )
