"""Memory and work of a search, from what its base model's `config.json` says of its shape."""

from __future__ import annotations

from trainer.recipes.fine_tune.size import FORM, LETTERS, LIBRARIES, shape_of
from trainer.recipes.retrieval_qa.schema import Parameters
from trainer.sizes import FLOAT, Data, Size

KEPT = 4  # times the texts: themselves, their tokens, and passages once more
SIDES = 2  # of a row: a question and a passage


def size_of(p: Parameters, data: Data) -> Size | None:
    """None where nothing is known of the base model. Vectors of passages are at most as many as rows."""
    try:
        shape = shape_of((data.base or {})["config"])
    except (KeyError, TypeError, ValueError):
        return None
    looked_up = shape.vocabulary * shape.width
    matrices = shape.layers * (4 * shape.width**2 + 2 * shape.width * shape.inner)
    weights = int((data.base or {}).get("weights") or looked_up + matrices)
    tokens = min(p.length, FORM + data.size // LETTERS // max(1, data.rows))
    place = shape.layers * (5 * shape.width + 2 * shape.inner + 2 * shape.heads * tokens)
    prepared = LIBRARIES + KEPT * data.size + FLOAT * (data.rows * shape.width + weights)
    return Size(weights, (weights - looked_up) * tokens * SIDES, tokens * place * SIDES, prepared)
