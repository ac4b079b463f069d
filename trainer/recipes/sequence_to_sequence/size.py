"""Memory and work of a translation, from its shapes."""

from __future__ import annotations

from trainer.recipes.sequence_to_sequence.schema import Parameters
from trainer.sizes import Data, Size

LIBRARY = 150 * 2**20  # bytes of transformers, once loaded
TOKEN = {"bpe": 3.0, "characters": 1.2}  # bytes of text for each token
READING = 14  # bytes in memory for each byte of text while it is cut into tokens, and kept to be shown
INNER = 4  # times the width: of the layer between


def size_of(p: Parameters, data: Data) -> Size:
    """A row is a text and another, each as long as they are usually; the logits are the most of what passes."""
    layer = 4 * (p.width**2 + p.width)
    between = (2 * INNER * p.width + INNER + 1) * p.width
    norms = 2 * p.width
    reads = p.layers * (layer + between + 2 * norms) + norms
    writes = p.layers * (2 * layer + between + 3 * norms) + norms
    tokens = min(2.0 * p.length, 2 + data.size / TOKEN[p.tokenizer] / max(1, data.rows))
    place = p.layers * (14 + 2 * INNER) * p.width + 3 * p.vocabulary / 2
    parameters = p.vocabulary * p.width + reads + writes
    work = round(tokens / 2 * (reads + writes + p.vocabulary * p.width))
    return Size(parameters, work, round(tokens * place), LIBRARY + READING * data.size)
