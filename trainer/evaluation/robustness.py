"""How the metric falls when inputs are noisy or missing, on at most 1,000 held-out rows, each change drawn once.

Noise as in Hendrycks and Dietterich, Benchmarking Neural Network Robustness to Common Corruptions, ICLR 2019, section 3
(Gaussian, in steps of severity): in a table by the deviation of each field, in a picture by the range of its pixels.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from trainer.data.columns import Categories, Column, Numbers
from trainer.data.feed import Inputs
from trainer.evaluation.seen import OfTable, Seen
from trainer.seeding import numpy_generator, torch_generator

MOST_ROWS = 1000
OF_DEVIATION, OF_RANGE = (0.1, 0.25, 0.5, 1.0), (0.05, 0.1, 0.2, 0.4)
SHARES = (0.1, 0.25, 0.5)


def robustness(seen: Seen) -> dict[str, Any]:
    """Noise for tables and pictures, missing cells for tables; levels begin with 0, the metric as it is."""
    table = isinstance(seen.preparation, OfTable)
    rows = seen.sample(MOST_ROWS, "robustness")
    if not (table or seen.input_kind() == "image") or not len(rows):
        return {}
    inputs = seen.inputs(rows)
    whole = seen.measured(inputs, rows)
    found: dict[str, Any] = {"metric": seen.metric, "noise": [{"level": 0.0, "value": whole}]}
    noise = torch.randn(inputs[0].shape, generator=torch_generator(seen.spec.seed, "noise")).to(inputs[0].device)
    for level in OF_DEVIATION if table else OF_RANGE:  # the same noise, so that levels differ by nothing else
        changed = _noisy_table(seen, inputs, level * noise) if table else _noisy_picture(inputs, level * noise)
        if changed is not None:
            found["noise"].append({"level": level, "value": seen.measured(changed, rows)})
    if isinstance(seen.preparation, OfTable):
        columns = {name: column.take(rows) for name, column in seen.preparation.columns.items()}
        found["missing"] = [{"share": 0.0, "value": whole}]
        for share in SHARES:
            changed = seen.preparation.encoded(_with_gaps(columns, share, seen.spec.seed), seen.feed.device)
            found["missing"].append({"share": share, "value": seen.measured(changed, rows)})
    return {"robustness": found}


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
