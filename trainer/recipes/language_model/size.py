"""Memory and work of a language model, from its shapes."""

from __future__ import annotations

import math

from trainer.recipes.language_model.schema import Parameters
from trainer.sizes import Data, Size

TOKEN = {"bpe": 3.5, "characters": 1.0}  # bytes of text for each token
AT_ONCE = 0.75  # of what all layers leave: gradients take the place of what they came from
READING = 12  # bytes in memory for each byte of text while it is cut into tokens


def size_of(p: Parameters, data: Data) -> Size:
    """A row is a window of the context's length; the logits of every place are the most of what passes."""
    tokens = data.size / TOKEN[p.tokenizer]
    inner = math.ceil(p.width * 8 / 3 / 16) * 16
    matrices = p.layers * (4 * p.width**2 + 3 * p.width * inner)
    looked_up = p.vocabulary * p.width
    place = p.layers * (12 * p.width + 4 * inner) + 3 * p.vocabulary
    parameters = matrices + looked_up + (2 * p.layers + 1) * p.width
    prepared = READING * data.size + round(12 * tokens)
    return Size(parameters, (matrices + looked_up) * p.context, round(AT_ONCE * place * p.context), prepared)
