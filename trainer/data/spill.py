"""Room on disk for what is larger than memory.

A spill file lies in the output folder, has no name (so it is gone with the process, however that ends, and is never an
artifact) and is mapped into memory: the kernel keeps of it what fits.
"""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from trainer import memory
from trainer.contract import N_, JobSpec, Log
from trainer.data.columns import Categories, Column, Numbers
from trainer.failures import TrainingError

Room = Callable[..., npt.NDArray[Any]]  # (shape, kind) to an array, in memory or in a file
SHARE = 0.5  # of the memory that is left: inputs that would take more go to files
MEGABYTE = 2**20
BLOCK = 2**20  # values at a time


@dataclass(frozen=True)
class Stored:
    """What the Parquet files of a job say of themselves before anything is read."""

    rows: int
    cells: int  # rows × wanted fields
    size: int  # bytes, unpacked


class Spill:
    """Files of one job."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def room(self, shape: tuple[int, ...], kind: npt.DTypeLike) -> npt.NDArray[Any]:
        """An array of zeros in a file; TrainingError where the disk is too full for it."""
        size = math.prod(shape) * np.dtype(kind).itemsize
        if not size:
            return np.zeros(shape, kind)
        try:
            with tempfile.TemporaryFile(dir=self._folder) as file:
                if hasattr(os, "posix_fallocate"):  # a full disk is told here, not by a signal at some later write
                    os.posix_fallocate(file.fileno(), 0, size)
                return np.memmap(file, kind, "r+", shape=shape)
        except OSError:
            raise _full(size) from None

    def growing(self, kind: npt.DTypeLike) -> Growing:
        """An array whose length nobody knows yet, in a file."""
        return Growing(kind, self._folder)

    def keep(self, column: Column) -> Column:
        """The same column, in a file."""
        if isinstance(column, Numbers):
            return Numbers(self._copy(column.values), column.infinite)
        return Categories(self._copy(column.codes), column.vocabulary)

    def _copy(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        kept = self.room(values.shape, values.dtype)
        kept[...] = values
        return kept


class Growing:
    """Values one behind the other until all are there, in a file of that folder, or in memory."""

    def __init__(self, kind: npt.DTypeLike, folder: Path | None = None) -> None:
        self._kind = np.dtype(kind)
        self._parts: list[npt.NDArray[Any]] = []
        self._file = None if folder is None else tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - as long as this

    def add(self, values: npt.NDArray[Any]) -> None:
        """TrainingError where the disk is too full for them."""
        values = np.asarray(values, self._kind)
        if self._file is None:
            self._parts.append(values)
            return
        try:
            self._file.write(values.tobytes())
            self._file.flush()
        except OSError:
            raise _full(values.nbytes) from None

    def change(self, change: Callable[[npt.NDArray[Any]], npt.NDArray[Any]]) -> None:
        """Put something else in the place of every value so far."""
        for part in self._parts if self._file is None else blocks(self.whole()):
            part[...] = change(part)

    def whole(self) -> npt.NDArray[Any]:
        """All of them; of a file, its own content."""
        if self._file is None:
            self._parts = [np.concatenate([np.empty(0, self._kind), *self._parts])]
            return self._parts[0]
        size = self._file.seek(0, os.SEEK_END)
        return np.memmap(self._file, self._kind, "r+") if size else np.empty(0, self._kind)


def blocks(values: npt.NDArray[Any]) -> Iterator[npt.NDArray[Any]]:
    """The array in pieces that fit memory."""
    return (values[begin : begin + BLOCK] for begin in range(0, len(values), BLOCK))


def growing(kind: npt.DTypeLike, spill: Spill | None) -> Growing:
    """In a file where there is a spill, in memory where all of it fits."""
    return Growing(kind) if spill is None else spill.growing(kind)


def _full(size: int) -> TrainingError:
    return TrainingError(
        "memory",
        N_("The data is larger than memory, and the disk has no room for %(size)s MB of it."),
        N_("Give the job more memory, or make room on the disk."),
        size=size // MEGABYTE + 1,
    )


def spill_for(spec: JobSpec, needed: Callable[[Stored], int], tell: Callable[[Log], None]) -> Spill | None:
    """A spill where the bytes that reading everything would take are more than a share of the memory that is left."""
    stored = stored_in(spec)
    asked = needed(stored) if stored else 0
    if stored is None or asked <= SHARE * memory.left(spec.limits.memory_mb):
        return None
    text = N_("The data would need about %(size)s MB of memory: it is prepared in files instead.")
    tell(Log(level="info", text=text, params={"size": asked // MEGABYTE}))
    return Spill(Path(spec.output))


def stored_in(spec: JobSpec) -> Stored | None:
    """None where a file is no Parquet, or cannot be read: reading it will say why."""
    wanted = None if spec.fields is None else {*spec.fields, spec.target}
    rows = cells = size = 0
    for item in spec.inputs:
        try:
            told = pq.read_metadata(item.path, memory_map=True)
        except (pa.ArrowException, OSError):
            return None
        names = [name for name in told.schema.to_arrow_schema().names if wanted is None or name in wanted]
        rows, cells = rows + told.num_rows, cells + told.num_rows * len(names)
        size += _unpacked(told, set(names))
    return Stored(rows, cells, size)


def _unpacked(told: Any, names: set[str]) -> int:
    groups = (told.row_group(number) for number in range(told.num_row_groups))
    columns = (group.column(place) for group in groups for place in range(group.num_columns))
    return sum(one.total_uncompressed_size for one in columns if _is_in(one.path_in_schema, names))


def _is_in(path: str, names: set[str]) -> bool:
    """Whether a column is one of those fields, or a part of one; a field's own name may hold points too."""
    parts = path.split(".")
    return any(".".join(parts[:end]) in names for end in range(1, len(parts) + 1))
