"""All texts of a job as numbers of their terms, one text behind the other, in memory or in a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trainer.data.columns import Bools, Ints
from trainer.data.spill import BLOCK, Spill, blocks, growing
from trainer.recipes.text_classification.size import MOST

Tokens = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Corpus:
    """Text n is `tokens[begins[n]:begins[n + 1]]`; number 1 is the first of the names, 0 is nothing."""

    names: list[str]
    tokens: Tokens
    begins: Ints

    def among(self, rows: Ints) -> Bools:
        """Of every text, whether it is one of those."""
        found = np.zeros(len(self.begins) - 1, bool)
        found[rows] = True
        return found

    def parts(self) -> Iterator[tuple[Ints, Tokens]]:
        """Block by block, of each token its text and its number."""
        for first, last in self._blocks():
            own = self.begins[first : last + 1]
            yield np.repeat(np.arange(first, last), np.diff(own)), np.asarray(self.tokens[own[0] : own[-1]])

    def _blocks(self) -> Iterator[tuple[int, int]]:
        cuts = np.searchsorted(self.begins, np.arange(BLOCK, int(self.begins[-1]), BLOCK))
        cuts = np.unique(np.concatenate([[0], cuts, [len(self.begins) - 1]]))
        for first, last in zip(cuts.tolist(), cuts[1:].tolist(), strict=False):
            if self.begins[last] > self.begins[first]:
                yield first, last

    def of(self, known: Ints, spill: Spill | None) -> Corpus:
        """The same texts with these terms alone, numbered in this order."""
        change = np.zeros(len(self.names) + 1, np.int32)
        change[known] = np.arange(1, len(known) + 1, dtype=np.int32)
        kept, lengths = growing(np.int32, spill), np.zeros(len(self.begins), np.int64)
        for texts, tokens in self.parts():
            changed = change[tokens]
            kept.add(changed[changed > 0])
            first = int(texts[0])
            own = np.bincount(texts[changed > 0] - first)
            lengths[first + 1 : first + 1 + len(own)] = own
        return Corpus([self.names[one - 1] for one in known.tolist()], kept.whole(), np.cumsum(lengths))


class Reader:
    """Numbers terms as they come."""

    def __init__(self, spill: Spill | None) -> None:
        self._tokens, self._lengths = growing(np.int32, spill), [0]
        self._known: dict[str, int] = {}

    def add(self, texts: Iterable[Sequence[str]]) -> None:
        known, found = self._known, []
        for terms in texts:
            found += [known.setdefault(term, len(known) + 1) for term in terms]
            self._lengths.append(len(terms))
        self._tokens.add(np.array(found, np.int32))
        if len(known) > MOST:
            self._forget()

    def corpus(self) -> Corpus:
        return Corpus(list(self._known), self._tokens.whole(), np.cumsum(self._lengths, dtype=np.int64))

    def _forget(self) -> None:
        """Keep the more frequent half: what was rare so far is mostly what stays so (Manku and Motwani, VLDB 2002)."""
        counts = np.zeros(len(self._known) + 1, np.int64)
        for block in blocks(self._tokens.whole()):
            counts += np.bincount(block, minlength=len(counts))
        best = np.sort(np.argsort(-counts[1:], kind="stable")[: MOST // 2]) + 1
        change = np.zeros(len(counts), np.int32)
        change[best] = np.arange(1, len(best) + 1)
        self._tokens.change(lambda part: change[part])
        names = list(self._known)
        self._known = {names[one - 1]: place for place, one in enumerate(best.tolist(), start=1)}
