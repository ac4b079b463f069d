"""Memory and work of a model on texts, from its shapes."""

from __future__ import annotations

from trainer.recipes.text_classification.schema import Parameters
from trainer.sizes import FLOAT, Data, Size, dense

WORD = 6  # bytes of a text for each of its words
STRING = 64  # bytes that a word takes while a text is being read
ONCE = 3  # of the words of a corpus, one in so many is different from all before


def size_of(p: Parameters, data: Data) -> Size:
    """How long texts are follows from the size of their files; a bag also reads pairs of words."""
    bag = p.network == "bag"
    words = min(p.length, data.size // WORD // max(1, data.rows) + 1)
    read = words * data.rows * (2 if bag else 1)
    known = min(p.vocabulary, read // ONCE)
    row = min(p.length, 4 * words) * (2 if bag else 1)  # as long as the longest
    width = p.vector_size if bag else p.filters
    rest, passing = dense([width, data.classes])
    windows = 0 if bag else p.windows * p.vector_size * p.filters
    seen = row * (1 if bag else 3 * p.vector_size + 2 * p.filters)
    parameters = known * p.vector_size + windows + rest
    prepared = 3 * data.size + STRING * read + 3 * FLOAT * data.rows * row
    return Size(parameters, windows * row + rest + width, passing + seen, prepared)
