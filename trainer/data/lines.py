"""Rows of tokens one behind the other, in memory or in a file, and which of their tokens are looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from trainer.data.columns import Bools, Ints
from trainer.data.feed import Ahead, Feed, Inputs
from trainer.data.spill import Spill, growing


@dataclass(frozen=True)
class Encoded:
    """Row n is `tokens[begins[n]:begins[n + 1]]`; `learnt` says of each token whether it is to be written."""

    tokens: npt.NDArray[np.int32]
    begins: Ints
    learnt: Bools | None  # None where all are read
    in_file: bool

    def feed(self, fill: int, device: torch.device, *, left: bool) -> Feed:
        """Batches on that device; short rows are filled up with that token, on their left or on their right."""
        found = self.filled(fill, torch.device("cpu") if self.in_file else device, left=left)
        return Ahead(found, device) if self.in_file else found

    def filled(self, fill: int, where: torch.device, *, left: bool = False) -> Filled:
        """The same from the memory of that device."""
        tokens, begins = (torch.from_numpy(one).to(where) for one in (self.tokens, self.begins))
        learnt = None if self.learnt is None else torch.from_numpy(self.learnt).to(where)
        return Filled(tokens, begins, learnt, fill, left=left)


class Collecting:
    """Takes rows as they come."""

    def __init__(self, spill: Spill | None, *, writes: bool) -> None:
        self._tokens, self._lengths = growing(np.int32, spill), growing(np.int64, None)
        self._learnt = growing(np.bool_, spill) if writes else None
        self._in_file = spill is not None

    def add(self, rows: Sequence[Sequence[int]], learnt: Sequence[Sequence[bool]] = ()) -> None:
        """Some rows, and which of their tokens are to be written."""
        self._tokens.add(np.fromiter((token for row in rows for token in row), np.int32))
        self._lengths.add(np.array([len(row) for row in rows], np.int64))
        if self._learnt is not None:
            self._learnt.add(np.fromiter((one for row in learnt for one in row), np.bool_))

    def whole(self) -> Encoded:
        """No row comes any more."""
        begins = np.concatenate([[0], np.cumsum(self._lengths.whole())])
        tokens = self._tokens.whole() if begins[-1] else np.zeros(1, np.int32)  # which nobody looks at
        return Encoded(tokens, begins, None if self._learnt is None else self._learnt.whole(), self._in_file)


class Filled:
    """Batches as long as their longest row; the mask says which tokens are read, or which are to be written."""

    def __init__(self, tokens: Tensor, begins: Tensor, learnt: Tensor | None, fill: int, *, left: bool) -> None:
        self.device = tokens.device
        self._tokens, self._begins, self._learnt, self._fill, self._left = tokens, begins, learnt, fill, left

    def take(self, rows: Tensor) -> Inputs:
        begins = self._begins[rows]
        lengths = self._begins[rows + 1] - begins
        width = max(1, int(lengths.max()) if len(rows) else 0)
        before = width - lengths if self._left else torch.zeros_like(lengths)
        places = torch.arange(width, device=self.device) - before[:, None]
        own = (places >= 0) & (places < lengths[:, None])
        at = (begins[:, None] + places).clamp_(0, len(self._tokens) - 1)
        tokens = torch.where(own, self._tokens[at], self._fill)
        return tokens, own if self._learnt is None else own & self._learnt[at]

    def announce(self, rows: Tensor) -> None:
        """Nothing to prepare."""


class Paired:
    """Of each row a first text and a second, each filled up with 0."""

    def __init__(self, first: Feed, second: Feed) -> None:
        self.device, self._feeds = first.device, (first, second)

    def take(self, rows: Tensor) -> Inputs:
        first, second = (feed.take(rows)[0] for feed in self._feeds)
        return first, second

    def announce(self, rows: Tensor) -> None:
        """Nothing to prepare."""
