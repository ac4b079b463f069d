"""How near written texts come to those that people wrote: BLEU and chrF, overall and for each organization.

Papineni et al., BLEU, ACL 2002, section 2.3, and Popović, chrF, WMT 2015, section 2, as sacrebleu counts them (Post,
WMT 2018). Intervals hold the middle 95 % of resamples of the texts (Koehn, Statistical Significance Tests for Machine
Translation Evaluation, EMNLP 2004, section 3), whose counts are added up anew. A single text has none.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from trainer.data.columns import Ints
from trainer.data.texts import LETTERS
from trainer.seeding import numpy_generator

Scores = dict[str, dict[str, float | None]]


def likeness(
    said: list[str], expected: list[str], owner: Ints, slugs: list[str], samples: int, seed: int
) -> dict[str, Any]:
    """Scores from 0 to 100 with intervals; `owner` are the places of the texts' organizations in `slugs`."""
    generator = numpy_generator(seed, "likeness")
    chinese = any(re.search(LETTERS, text) for text in expected)  # one way to cut words, or they could not be compared
    whole = scores(said, expected, generator, samples, chinese=chinese)
    parts = []
    for place, slug in enumerate(slugs):
        own = np.flatnonzero(owner == place).tolist()
        if own:
            texts = [said[p] for p in own], [expected[p] for p in own]
            found = scores(*texts, generator, samples, chinese=chinese)
            parts.append({"organization": slug, "rows": len(own), "scores": found})
    return {"bleu": whole["bleu"]["value"], "chrf": whole["chrf"]["value"], "scores": whole, "organizations": parts}


def scores(
    said: list[str], expected: list[str], generator: np.random.Generator, samples: int, *, chinese: bool
) -> Scores:
    """Of all those texts together; where there are Chinese letters, each of them counts as a word."""
    from sacrebleu.metrics.bleu import BLEU  # noqa: PLC0415 - few jobs write
    from sacrebleu.metrics.chrf import CHRF  # noqa: PLC0415

    drawn = generator.integers(0, len(said), (samples, len(said)))  # the same resamples for both
    metrics = {"bleu": BLEU(tokenize="zh" if chinese else "13a"), "chrf": CHRF()}
    return {name: _measured(metric, said, expected, drawn) for name, metric in metrics.items()}


def _measured(metric: Any, said: list[str], expected: list[str], drawn: Ints) -> dict[str, float | None]:
    """From counts of each text, as sacrebleu resamples too, but in a form of numbers that fails at a score of 0."""
    value = float(metric.corpus_score(said, [expected]).score)
    if len(said) == 1:
        return {"value": value, "low": None, "high": None}
    counts = np.array(metric._extract_corpus_statistics(said, [expected]), np.float64)  # noqa: SLF001
    found = [float(metric._compute_score_from_stats(counts[rows].sum(0)).score) for rows in drawn]  # noqa: SLF001
    low, high = np.percentile(found, [2.5, 97.5]).tolist()
    return {"value": value, "low": min(low, value), "high": max(high, value)}
