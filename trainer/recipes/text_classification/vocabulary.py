"""Texts as rows of numbers: each word, and in a bag each pair of neighbours, has its own; 0 is nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from trainer.data.texts import words_of

Tokens = npt.NDArray[np.int32]
SHORTEST = 8  # numbers in a row, so that a window always has words to look at


def terms_of(text: str, length: int, *, pairs: bool) -> list[str]:
    """The first words of a text, and pairs of neighbours behind them."""
    words = words_of(text)[:length]
    return words + [f"{one} {other}" for one, other in pairwise(words)] if pairs else words


def learn(texts: Iterable[Sequence[str]], most: int, rare_below: int) -> list[str]:
    """The terms that stand in most texts; equally frequent ones in the order of the alphabet."""
    counts: Counter[str] = Counter()
    for terms in texts:
        counts.update(set(terms))
    known = [(-count, term) for term, count in counts.items() if count >= rare_below]
    return [term for _, term in sorted(known)[:most]]


def encode(texts: Iterable[Sequence[str]], places: dict[str, int]) -> Tokens:
    """A row for each text, filled up with 0; terms that are not known are left out."""
    rows = [[place for term in terms if (place := places.get(term))] for terms in texts]
    width = max(SHORTEST, max(map(len, rows), default=0))
    matrix = np.zeros((len(rows), width), np.int32)
    for row, found in enumerate(rows):
        matrix[row, : len(found)] = found
    return matrix
