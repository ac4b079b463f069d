"""Memory and work of a model on texts, from its shapes."""

from __future__ import annotations

from trainer.recipes.text_classification.schema import Parameters
from trainer.sizes import FLOAT, Data, Size, dense

MOST = 1_000_000  # different terms that are kept while reading; beyond it the rarer half is forgotten
WORD = 6  # bytes of a text for each of its words
PIECES = 3  # that a word has, where pieces are read
NAME = 200  # bytes that a term takes while texts are read
ONCE = 3  # of the terms of a corpus, one in so many is different from all before


def size_of(p: Parameters, data: Data) -> Size:
    """How long texts are follows from the size of their files; a bag also reads pairs and pieces of words."""
    bag = p.network == "bag"
    words = min(p.length, data.size // WORD // max(1, data.rows) + 1)
    times = 2 + PIECES * bool(p.pieces) if bag else 1
    read = times * words * data.rows
    met = min(MOST, read // ONCE)
    known = min(p.vocabulary, met)
    row = times * min(p.length, 4 * words)  # as long as the longest
    width = data.classes if bag and data.classes <= p.vector_size else p.vector_size
    rest, passing = dense([width if bag else p.filters, data.classes])
    direct, windows = bag and width == data.classes, 0 if bag else p.windows * p.vector_size * p.filters
    rest = data.classes if direct else rest
    seen = row * (2 if bag else 3 * p.vector_size + 2 * p.filters)
    prepared = 3 * data.size + NAME * met + 4 * FLOAT * read
    return Size(known * width + windows + rest, windows * row + rest + width, passing + seen, prepared)
