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


class Feed(Protocol):
    """The encoded rows of a source."""

    device: torch.device

    def take(self, rows: Tensor) -> Inputs:
        """Those rows, in that order, on the device."""

    def announce(self, rows: Tensor) -> None:
        """Those rows will be taken next."""


class Resident:
    """Everything stays on the device: for small models, ten times faster than handing over batch by batch."""

    def __init__(self, inputs: Inputs) -> None:
        self.inputs, self.device = inputs, inputs[0].device

    def take(self, rows: Tensor) -> Inputs:
        numbers, codes = self.inputs
        return numbers.index_select(0, rows), None if codes is None else codes.index_select(0, rows)

    def announce(self, rows: Tensor) -> None:
        """Nothing to prepare."""


class Spilled:
    """Rows in files that are mapped into memory: the kernel keeps of them what fits.

    A thread reads the announced rows while the step before them is computed; for a GPU they are put into pinned
    memory, from which they are copied without waiting.
    """

    def __init__(self, numbers: Array, codes: Array | None, device: torch.device) -> None:
        self._arrays, self.device = (numbers, codes), device
        self._ahead: tuple[Tensor, Future[Inputs]] | None = None
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="feed")

    def take(self, rows: Tensor) -> Inputs:
        ahead, self._ahead = self._ahead, None
        if ahead is not None and (ahead[0] is rows or torch.equal(ahead[0], rows)):
            return self._placed(ahead[1].result())
        return self._placed(self._read(rows))

    def announce(self, rows: Tensor) -> None:
        self._ahead = (rows, self._reader.submit(self._read, rows))

    def _read(self, rows: Tensor) -> Inputs:
        chosen = rows.cpu().numpy()
        numbers, codes = (None if array is None else torch.from_numpy(array[chosen]) for array in self._arrays)
        assert numbers is not None  # noqa: S101 - there are always numbers
        if self.device.type == "cuda":
            numbers, codes = numbers.pin_memory(), None if codes is None else codes.pin_memory()
        return numbers, codes

    def _placed(self, inputs: Inputs) -> Inputs:
        numbers, codes = inputs
        moved = numbers.to(self.device, non_blocking=True)
        return moved, None if codes is None else codes.to(self.device, non_blocking=True)
