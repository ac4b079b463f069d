"""Terms of texts: words, and in a bag also pairs of neighbours and pieces of longer words; which of them are known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from trainer.data.columns import Floats, Ints
from trainer.data.texts import PIECE, words_of
from trainer.recipes.text_classification.corpus import Corpus, Tokens

BEHIND = 8  # zeros behind the longest text: a window sees nothing behind every text, whatever its neighbours are
LONGEST = 32  # letters: what is longer is an address or worse, and is not cut into pieces
CELLS = 2**22  # counts that are held at a time


@dataclass(frozen=True)
class Reading:
    """How a text falls into terms."""

    length: int  # words that are read
    pairs: bool = False
    pieces: int = 0  # letters of a piece; 0 for none

    def terms(self, text: str) -> list[str]:
        """Words, pairs of neighbours behind them, and pieces (Bojanowski et al., Enriching Word Vectors, 2017)."""
        words = words_of(text, self.length)
        found = list(words)
        if self.pairs:
            found += [f"{one} {other}" for one, other in pairwise(words)]
        if size := self.pieces:
            marked = [f"<{word}>" for word in words if size - 2 < len(word) <= LONGEST]
            found += [PIECE + one[at : at + size] for one in marked for at in range(len(one) - size + 1)]
        return found

    def places(self, words: Sequence[str]) -> list[tuple[int, ...]]:
        """Of each term of those words, the places of the words that it is of."""
        found: list[tuple[int, ...]] = [(place,) for place in range(len(words))]
        found += list(pairwise(range(len(words)))) if self.pairs else []
        if size := self.pieces:
            long = [(place, len(word)) for place, word in enumerate(words) if size - 2 < len(word) <= LONGEST]
            found += [(place,) for place, letters in long for _ in range(letters + 3 - size)]
        return found


def learn(corpus: Corpus, rows: Ints, most: int, rare_below: int) -> Ints:
    """Numbers of the terms that stand in most of those texts; equally frequent ones in the order of the alphabet."""
    size, chosen = len(corpus.names) + 1, corpus.among(rows)
    counts = np.zeros(size, np.int64)
    for texts, tokens in corpus.parts():
        own = chosen[texts] & (tokens > 0)
        keys = np.sort((texts[own] - texts[0]) * size + tokens[own])
        counts += np.bincount(keys[np.diff(keys, prepend=-1) > 0] % size, minlength=size)  # of a text each term once
    frequent = np.flatnonzero(counts >= rare_below).tolist()
    return np.array(sorted(frequent, key=lambda one: (-counts[one], corpus.names[one - 1]))[:most], np.int64)


def telling(corpus: Corpus, rows: Ints, classes: Ints, count: int) -> Floats:
    """Of each known term (and of 0) how much it tells: its largest log ratio of chances, a class against the others.

    Naive Bayes' counts, by which Wang and Manning (Baselines and Bigrams, ACL 2012, section 2.3) scale their features;
    `classes` are those of the rows, `count` of them in all.
    """
    size, chosen = len(corpus.names) + 1, corpus.among(rows)
    class_of = np.zeros(len(chosen), np.int64)
    class_of[rows] = classes
    sums = np.zeros(count)
    for texts, _ in corpus.parts():
        sums += np.bincount(class_of[texts[chosen[texts]]], minlength=count)
    found, width = np.zeros(size), max(1, CELLS // count)
    for begin in range(1, size, width):
        wide = min(width, size - begin)
        table = np.zeros(count * wide)
        for texts, tokens in corpus.parts():
            own = chosen[texts] & (tokens >= begin) & (tokens < begin + wide)
            table += np.bincount(class_of[texts[own]] * wide + tokens[own] - begin, minlength=count * wide)
        inside = table.reshape(count, wide)
        outside = inside.sum(0) - inside
        chances = (inside + 1) / (sums + size)[:, None], (outside + 1) / (sums.sum() - sums + size)[:, None]
        found[begin : begin + wide] = np.abs(np.log(chances[0] / chances[1])).max(0)
    return found


def encode(texts: Iterable[Sequence[str]], places: dict[str, int]) -> Tokens:
    """A row for each text, filled up with 0; terms that are not known are left out."""
    rows = [[place for term in terms if (place := places.get(term))] for terms in texts]
    width = BEHIND + max(map(len, rows), default=0)
    matrix = np.zeros((len(rows), width), np.int32)
    for row, found in enumerate(rows):
        matrix[row, : len(found)] = found
    return matrix
