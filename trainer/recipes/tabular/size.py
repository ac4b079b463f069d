"""Memory and work of a table model, from its shapes."""

from __future__ import annotations

from trainer.recipes.tabular.schema import Parameters
from trainer.sizes import FLOAT, Data, Size, dense

DOUBLE = 8


def size_of(p: Parameters, data: Data) -> Size:
    """As `encoding` and `program` lay it out."""
    kept = [min(values, p.max_categories) + 1 for values in data.categories]
    one_hot = p.categories == "one-hot"
    sizes = [rows if one_hot else p.embedding_size or min(50, round(1.6 * rows**0.56)) for rows in kept]
    numbers = data.numbers * (2 if p.missing_indicators else 1)
    parameters, passing = dense([numbers + sum(sizes), *p.hidden_layers, max(1, data.classes)])
    looked_up = 0 if one_hot else sum(rows * size for rows, size in zip(kept, sizes, strict=True))
    fields = data.numbers + len(kept)
    row = 2 * DOUBLE * fields + 2 * FLOAT * numbers + DOUBLE * len(kept) + FLOAT * one_hot * (numbers + sum(sizes))
    return Size(parameters + looked_up, parameters, passing, data.rows * row)
