"""How the metric falls when inputs are noisy or missing, on at most 1,000 held-out rows, each change drawn once.

Of a table cells are missing, of a text words; base models are asked about as many texts as they can read in a twentieth
of the training's time.

Noise as in Hendrycks and Dietterich, Benchmarking Neural Network Robustness to Common Corruptions, ICLR 2019, section 3
(Gaussian, in steps of severity): in a table by the deviation of each field, in a picture by the range of its pixels.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import torch
from torch import Tensor

from trainer.data.columns import Bools, Categories, Column, Floats, Ints, Numbers
from trainer.data.feed import Inputs
from trainer.data.texts import WORD
from trainer.evaluation.asked import OfTexts, affordable
from trainer.evaluation.seen import OfTable, Seen
from trainer.metrics import Judged
from trainer.module import ModuleNetwork
from trainer.seeding import numpy_generator, torch_generator
from trainer.tasks import plain

MOST_ROWS = 1000
NUMBERS = 2_000_000  # pixels at a time
OF_DEVIATION, OF_RANGE = (0.1, 0.25, 0.5, 1.0), (0.05, 0.1, 0.2, 0.4)
SHARES = (0.1, 0.25, 0.5)
AT_ONCE = 64  # texts, of much the same length


def robustness(seen: Seen) -> dict[str, Any]:
    """Noise for tables and pictures, missing cells or words; levels begin with 0, the metric as it is."""
    if isinstance(seen.preparation, OfTexts):
        return _of_texts(seen, seen.preparation)
    table = isinstance(seen.preparation, OfTable)
    rows = seen.sample(_most(seen), "robustness")
    if not (table or seen.input_kind() == "image") or not len(rows):
        return {}
    found: dict[str, Any] = {"metric": seen.metric, "noise": _with_noise(seen, rows, table=table)}
    if isinstance(seen.preparation, OfTable):
        columns = {name: column.take(rows) for name, column in seen.preparation.columns.items()}
        found["missing"] = [{"share": 0.0, "value": found["noise"][0]["value"]}]
        for share in SHARES:
            changed = seen.preparation.encoded(_with_gaps(columns, share, seen.spec.seed), seen.feed.device)
            found["missing"].append({"share": share, "value": seen.measured(changed, rows)})
    return {"robustness": found}


def _most(seen: Seen) -> int:
    """Of what a base model looks at, not more than it can look at in a part of the training's time."""
    based = isinstance(seen.learner.network, ModuleNetwork)
    return min(MOST_ROWS, affordable(seen, 1 + len(OF_RANGE))) if based else MOST_ROWS


def _with_noise(seen: Seen, rows: Ints, *, table: bool) -> list[dict[str, Any]]:
    """The same noise for all levels, so that they differ by nothing else; large pictures are read a few at a time."""
    generator, said = torch_generator(seen.spec.seed, "noise"), defaultdict[float, list[Judged]](list)
    for part in [rows] if table else seen.pieces(rows, NUMBERS):
        inputs = seen.inputs(part)
        said[0.0].append(seen.judged(inputs, part))
        noise = torch.randn(inputs[0].shape, generator=generator).to(inputs[0].device)
        for level in OF_DEVIATION if table else OF_RANGE:
            changed = _noisy_table(seen, inputs, level * noise) if table else _noisy_picture(inputs, level * noise)
            if changed is not None:
                said[level].append(seen.judged(changed, part))
    return [{"level": level, "value": plain(seen.metric, joined(parts))} for level, parts in said.items()]


def joined(parts: list[Judged]) -> Judged:
    """All their rows, one behind the other."""
    targets, predicted = (np.concatenate([getattr(one, name) for one in parts]) for name in ("targets", "predicted"))
    return Judged(targets, predicted, parts[0].task)


def _noisy_picture(inputs: Inputs, noise: Tensor) -> Inputs:
    pixels, codes = inputs
    return (pixels + noise).clamp_(0.0, 1.0), codes


def _noisy_table(seen: Seen, inputs: Inputs, noise: Tensor) -> Inputs | None:
    """Numbers only, and not the marks of missing ones; None where there are no numbers."""
    numbers, codes = inputs
    places = [columns[0] for kind, columns in seen.preparation.places().values() if kind == "numbers"]
    if not places:
        return None
    spread = torch.zeros(numbers.shape[1], device=numbers.device)
    spread[places] = numbers.std(0, unbiased=False)[places]
    return numbers + spread * noise, codes


def _with_gaps(columns: dict[str, Column], share: float, seed: int) -> dict[str, Column]:
    """A larger share lacks all that a smaller one lacks."""
    generator = numpy_generator(seed, "gaps")
    found: dict[str, Column] = {}
    for name, column in columns.items():
        if isinstance(column, Numbers):
            gone = generator.random(len(column.values)) < share
            found[name] = Numbers(np.where(gone, np.nan, column.values))
        else:
            gone = generator.random(len(column.codes)) < share
            found[name] = Categories(np.where(gone, -1, column.codes), column.vocabulary)
    return found


def _of_texts(seen: Seen, preparation: OfTexts) -> dict[str, Any]:
    """Words are left out; marks and spaces between them stay."""
    shares = (0.0, *SHARES)
    rows = seen.sample(min(MOST_ROWS, affordable(seen, len(shares))), "robustness")
    if not len(rows):
        return {}
    texts, generator = preparation.texts(rows), numpy_generator(seen.spec.seed, "words")
    drawn = [generator.random(sum(1 for _ in WORD.finditer(text))) for text in texts]
    missing = []
    for share in shares:
        changed = [_without(text, own < share) for text, own in zip(texts, drawn, strict=True)]
        missing.append({"share": share, "value": plain(seen.metric, _judged(seen, preparation, changed, rows))})
    return {"robustness": {"metric": seen.metric, "noise": [], "missing": missing}}


def _without(text: str, gone: Bools) -> str:
    """The text without those of its words."""
    left = iter(gone.tolist())
    return WORD.sub(lambda word: "" if next(left) else word.group(), text)


def _judged(seen: Seen, preparation: OfTexts, texts: list[str], rows: Ints) -> Judged:
    """Texts of much the same length together, since each of a batch is computed as long as its longest."""
    order = np.argsort([len(text) for text in texts], kind="stable")
    parts = [order[begin : begin + AT_ONCE] for begin in range(0, len(order), AT_ONCE)]
    told: list[Floats] = []
    for part in parts:
        inputs = preparation.of_texts([texts[place] for place in part.tolist()], seen.feed.device)
        told.append(seen.judged(inputs, rows[part]).predicted)
    target = seen.source.target
    return Judged(target.values[rows[order]], np.concatenate(told), target.task)
