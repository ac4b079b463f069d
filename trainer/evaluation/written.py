"""What a model writes, beside what people wrote: its answers to held-out questions.

As many questions as the parameter `written_samples` says, of each organization as many as of any other while it has
some, at most 60 tokens each, always the likeliest.
"""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

import numpy as np

from trainer.contract import JobSpec
from trainer.data.columns import Ints
from trainer.evaluation.examples import LONGEST, viewable
from trainer.evaluation.likeness import likeness
from trainer.evaluation.turns import in_turn
from trainer.predict import Predictor
from trainer.recipes.parameters import TrainingParameters
from trainer.recipes.program import Source
from trainer.seeding import numpy_generator
from trainer.serving import Row

SHOWN, LENGTH = 20, 60  # examples, tokens of an answer


@runtime_checkable
class Conversing(Protocol):
    """A source of questions and answers, by row; the questions are empty where there are texts alone."""

    def asked(self, row: int) -> str:
        """What stands before the answer."""

    def expected(self, row: int) -> str:
        """The answer."""


class Answers(Protocol):
    """The published model."""

    def predict(self, rows: list[Row]) -> list[Row]:
        """One answer per row."""


def answered(source: Source, spec: JobSpec, rows: Ints, parameters: TrainingParameters) -> dict[str, Any]:
    """By the model as it was written, to held-out rows; of a k-fold it has seen them all, and there are none."""
    asked = chosen(source, spec, rows, getattr(parameters, "written_samples", 0))
    return written(source, spec, asked, Predictor(spec.output), parameters.bootstrap_samples) if len(asked) else {}


def chosen(source: Source, spec: JobSpec, rows: Ints, most: int) -> Ints:
    """The held-out rows whose questions are put to the model."""
    if not isinstance(source, Conversing) or source.target.task != "language":
        return rows[:0]
    asking = np.array([row for row in rows.tolist() if source.asked(row).strip()], np.int64)
    if len(asking) <= most:
        return asking
    mixed = numpy_generator(spec.seed, "written").permutation(asking)
    return np.sort(mixed[in_turn(source.owner[mixed])[:most]])


def written(source: Source, spec: JobSpec, rows: Ints, model: Answers, samples: int) -> dict[str, Any]:
    """Scores from 0 to 100; examples only of rows that everyone may see, and where no field that was read is masked.

    There are as many of each organization that has them as of any other.
    """
    if not len(rows) or not isinstance(source, Conversing):
        return {}
    asked, expected = ([of(row) for row in rows.tolist()] for of in (source.asked, source.expected))
    said = [model.predict([{"text": text, "length": LENGTH}])[0]["text"] for text in asked]
    slugs, owner = [party.slug for party in source.parties], source.owner[rows]
    seen = np.flatnonzero(viewable(spec, source)[owner])
    shown = [] if set(spec.masked) else np.sort(seen[in_turn(owner[seen])[:SHOWN]]).tolist()
    examples = [
        {"organization": slugs[owner[p]], "written": said[p]}
        | {"asked": asked[p][:LONGEST], "expected": expected[p][:LONGEST]}
        for p in shown
    ]
    found = likeness(said, expected, owner, slugs, samples, spec.seed)
    return {"written": {**found, "rows": len(rows), "examples": examples}}
