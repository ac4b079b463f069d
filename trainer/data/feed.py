"""Where the rows of a batch come from: from the device's memory, or from files when they are larger than memory."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

Inputs = tuple[Tensor, Tensor | None]  # numbers, pixels or tokens, and codes of categories or a mask of tokens
Array = npt.NDArray[np.generic]
AHEAD = 3  # announced readings that are kept: of this batch, its next part, and the next batch


class Feed(Protocol):
    """The encoded rows of a source."""

    device: torch.device

    def take(self, rows: Tensor) -> Inputs:
        """Those rows, in that order, on the device."""

    def announce(self, rows: Tensor) -> None:
        """Those rows will be taken soon."""


class Resident:
    """Everything stays on the device: for small models, ten times faster than handing over batch by batch."""

    def __init__(self, inputs: Inputs) -> None:
        self.inputs, self.device = inputs, inputs[0].device

    def take(self, rows: Tensor) -> Inputs:
        numbers, codes = self.inputs
        return numbers.index_select(0, rows), None if codes is None else codes.index_select(0, rows)

    def announce(self, rows: Tensor) -> None:
        """Nothing to prepare."""


class Lines:
    """Rows of tokens of different lengths, one behind the other; in a batch each is filled up with 0."""

    def __init__(self, tokens: Tensor, begins: Tensor, behind: int) -> None:
        """Row n is `tokens[begins[n]:begins[n + 1]]`; so many 0 stand behind the longest of a batch."""
        self._tokens, self._begins, self._behind, self.device = tokens, begins, behind, tokens.device

    def take(self, rows: Tensor) -> Inputs:
        begins = self._begins[rows]
        lengths = self._begins[rows + 1] - begins
        width = self._behind + (int(lengths.max()) if len(rows) else 0)
        places = torch.arange(width, device=self.device)
        own = places < lengths[:, None]
        if not len(self._tokens):
            return torch.zeros(own.shape, dtype=self._tokens.dtype, device=self.device), None
        found = self._tokens[(begins[:, None] + places).clamp_(max=len(self._tokens) - 1)]
        return torch.where(own, found, 0), None

    def announce(self, rows: Tensor) -> None:
        """Nothing to prepare."""


class Ahead:
    """Another feed, whose rows lie in files that are mapped into memory: the kernel keeps of them what fits.

    A thread reads the announced rows while the step before them is computed; for a GPU they are put into pinned
    memory, from which they are copied without waiting.
    """

    def __init__(self, feed: Feed, device: torch.device) -> None:
        """`feed` reads on the CPU."""
        self.device, self._feed = device, feed
        self._ahead: list[tuple[Tensor, Future[Inputs]]] = []
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="feed")

    def take(self, rows: Tensor) -> Inputs:
        for place, (announced, found) in enumerate(self._ahead):
            if torch.equal(announced, rows):
                del self._ahead[place]
                return self._placed(found.result())
        return self._placed(self._read(rows))

    def announce(self, rows: Tensor) -> None:
        self._ahead = [*self._ahead[1 - AHEAD :], (rows, self._reader.submit(self._read, rows))]

    def _read(self, rows: Tensor) -> Inputs:
        numbers, codes = self._feed.take(rows.cpu())
        if self.device.type == "cuda":
            numbers, codes = numbers.pin_memory(), None if codes is None else codes.pin_memory()
        return numbers, codes

    def _placed(self, inputs: Inputs) -> Inputs:
        numbers, codes = inputs
        moved = numbers.to(self.device, non_blocking=True)
        return moved, None if codes is None else codes.to(self.device, non_blocking=True)


def spilled(numbers: Array, codes: Array | None, device: torch.device) -> Ahead:
    """Rows of arrays in files."""
    whole = torch.from_numpy(numbers), None if codes is None else torch.from_numpy(codes)
    return Ahead(Resident(whole), device)
