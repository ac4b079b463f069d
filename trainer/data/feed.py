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


class ReadAhead:
    """Rows that have to be fetched: a thread reads the announced ones while the step before them is computed.

    For a GPU they are put into pinned memory, from which they are copied without waiting.
    """

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self._ahead: list[tuple[Tensor, Future[Inputs]]] = []
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="feed")

    def read(self, rows: npt.NDArray[np.int64]) -> Inputs:
        """Those rows, on the CPU."""
        raise NotImplementedError

    def take(self, rows: Tensor) -> Inputs:
        for place, (announced, found) in enumerate(self._ahead):
            if torch.equal(announced, rows):
                del self._ahead[place]
                return self._placed(found.result())
        return self._placed(self._read(rows))

    def announce(self, rows: Tensor) -> None:
        self._ahead = [*self._ahead[1 - AHEAD :], (rows, self._reader.submit(self._read, rows))]

    def _read(self, rows: Tensor) -> Inputs:
        numbers, codes = self.read(rows.cpu().numpy())
        if self.device.type == "cuda":
            numbers, codes = numbers.pin_memory(), None if codes is None else codes.pin_memory()
        return numbers, codes

    def _placed(self, inputs: Inputs) -> Inputs:
        numbers, codes = inputs
        moved = numbers.to(self.device, non_blocking=True)
        return moved, None if codes is None else codes.to(self.device, non_blocking=True)


class Spilled(ReadAhead):
    """Rows in files that are mapped into memory: the kernel keeps of them what fits."""

    def __init__(self, numbers: Array, codes: Array | None, device: torch.device) -> None:
        super().__init__(device)
        self._numbers, self._codes = numbers, codes

    def read(self, rows: npt.NDArray[np.int64]) -> Inputs:
        codes = None if self._codes is None else torch.from_numpy(self._codes[rows])
        return torch.from_numpy(self._numbers[rows]), codes
