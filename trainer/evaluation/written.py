"""What a model writes, beside what people wrote: BLEU and chrF of its answers to held-out questions.

Papineni et al., BLEU, ACL 2002, section 2.3, and Popović, chrF, WMT 2015, section 2, as sacrebleu counts them (Post,
WMT 2018). As many questions as the parameter `written_samples` says, at most 60 tokens each, always the likeliest.
"""

from __future__ import annotations

import re
from typing import Any, Protocol, runtime_checkable

import numpy as np

from trainer.contract import JobSpec
from trainer.data.columns import Ints
from trainer.data.texts import LETTERS
from trainer.evaluation.examples import LONGEST, viewable
from trainer.predict import Predictor
from trainer.recipes.parameters import TrainingParameters
from trainer.recipes.program import Source
from trainer.seeding import numpy_generator
from trainer.serving import Row

SHOWN, LENGTH = 20, 60  # examples, tokens of an answer


@runtime_checkable
class Conversing(Protocol):
    """A source of questions and answers, by row; the questions are empty where there are texts alone."""

    @property
    def asked(self) -> list[str]:
        """What stands before each answer."""

    @property
    def expected(self) -> list[str]:
        """The answers."""


class Answers(Protocol):
    """The published model."""

    def predict(self, rows: list[Row]) -> list[Row]:
        """One answer per row."""


def answered(source: Source, spec: JobSpec, rows: Ints, parameters: TrainingParameters) -> dict[str, Any]:
    """By the model as it was written, to held-out rows; of a k-fold it has seen them all, and there are none."""
    asked = chosen(source, spec, rows, getattr(parameters, "written_samples", 0))
    return written(source, spec, asked, Predictor(spec.output)) if len(asked) else {}


def chosen(source: Source, spec: JobSpec, rows: Ints, most: int) -> Ints:
    """The held-out rows whose questions are put to the model."""
    if not isinstance(source, Conversing) or source.target.task != "language":
        return rows[:0]
    asking = np.array([row for row in rows.tolist() if source.asked[row].strip()], np.int64)
    if len(asking) <= most:
        return asking
    return np.sort(numpy_generator(spec.seed, "written").choice(asking, most, replace=False))


def written(source: Source, spec: JobSpec, rows: Ints, model: Answers) -> dict[str, Any]:
    """Scores from 0 to 100; examples only where every row may be seen and no field that was read is masked."""
    if not len(rows) or not isinstance(source, Conversing):
        return {}
    asked, expected = ([texts[row] for row in rows.tolist()] for texts in (source.asked, source.expected))
    said = [model.predict([{"text": text, "length": LENGTH}])[0]["text"] for text in asked]
    seen = viewable(spec, source)[source.owner[rows]]
    shown = [] if set(spec.masked) else np.flatnonzero(seen)[:SHOWN].tolist()
    slugs = [source.parties[place].slug for place in source.owner[rows].tolist()]
    examples = [
        {"organization": slugs[p], "asked": asked[p][:LONGEST], "expected": expected[p][:LONGEST], "written": said[p]}
        for p in shown
    ]
    return {"written": {**scores(said, expected), "rows": len(rows), "examples": examples}}


def scores(said: list[str], expected: list[str]) -> dict[str, float]:
    """Of all answers together; where there are Chinese letters, each of them counts as a word."""
    from sacrebleu.metrics.bleu import BLEU  # noqa: PLC0415 - few jobs write
    from sacrebleu.metrics.chrf import CHRF  # noqa: PLC0415

    chinese = any(re.search(LETTERS, text) for text in expected)
    bleu = BLEU(tokenize="zh" if chinese else "13a").corpus_score(said, [expected])
    return {"bleu": float(bleu.score), "chrf": float(CHRF().corpus_score(said, [expected]).score)}
