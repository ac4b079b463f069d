"""Pictures of their own sizes, one behind the other, in memory or in a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from trainer.contract import N_, Log
from trainer.data import pictures, pixels
from trainer.data.columns import Bools, Ints
from trainer.data.reading import Party
from trainer.data.spill import Spill, growing
from trainer.failures import TrainingError
from trainer.recipes.program import Tell


@dataclass(frozen=True)
class Gallery:
    """Picture n is `values[begins[n]:begins[n + 1]]`, of `sizes[n]` (height, width), 0 to 255.

    `originals` are the sizes that the files have.
    """

    values: npt.NDArray[np.uint8]
    begins: Ints
    sizes: Ints
    originals: Ints
    channels: int

    def planes(self, row: int) -> pixels.Planes:
        """Channels × height × width."""
        height, width = self.sizes[row].tolist()
        return self.values[self.begins[row] : self.begins[row + 1]].reshape(self.channels, height, width)

    @cached_property
    def first_alike(self) -> Ints:
        """Of every picture the first one with the same pixels: a feed of these numbers tells which are there twice."""
        seen: dict[tuple[bytes, ...], int] = {}
        keys = ((blake2b(self.planes(row).tobytes()).digest(), self.sizes[row].tobytes()) for row in range(len(self)))
        return np.array([seen.setdefault(key, row) for row, key in enumerate(keys)], np.int64)

    def __len__(self) -> int:
        return len(self.sizes)


def read_gallery(
    parties: Sequence[Party],
    field: str,
    channels: int,
    tell: Tell,
    *,
    spill: Spill | None = None,
    fitted: Callable[[pixels.Size], pixels.Size] = lambda size: size,
    known: Bools | None = None,
) -> tuple[Gallery, Ints]:
    """The pictures, and of which rows they are: those that have one, and are `known` where that is given."""
    stream, sizes, originals, rows, opened = growing(np.uint8, spill), [], [], [], list[pixels.Size]()

    def remembered(size: pixels.Size) -> pixels.Size:
        opened[:] = [size]
        return fitted(size)

    for row, planes in enumerate(
        pictures.files_in(parties, field, lambda content: pixels.planes_of(content, channels, remembered))
    ):
        if planes is not None and (known is None or known[row]):
            stream.add(planes.reshape(-1))
            sizes.append(planes.shape[1:])
            originals.append(opened[0][::-1])
            rows.append(row)
    kept = np.array(rows, np.int64)
    _tell_of_absent(parties, kept, known, tell)
    shapes, files = (np.array(found, np.int64).reshape(-1, 2) for found in (sizes, originals))
    begins = np.r_[0, np.cumsum(shapes.prod(1) * channels)]
    return Gallery(stream.whole(), begins, shapes, files, channels), kept


def at_most(side: int) -> Callable[[pixels.Size], pixels.Size]:
    """Larger pictures become so long at their longer side."""

    def fitted(size: pixels.Size) -> pixels.Size:
        share = min(1.0, side / max(size))
        return max(1, round(size[0] * share)), max(1, round(size[1] * share))

    return fitted


def _tell_of_absent(parties: Sequence[Party], kept: Ints, known: Bools | None, tell: Tell) -> None:
    owner = np.repeat(np.arange(len(parties)), [party.rows for party in parties])
    wanted = owner if known is None else owner[known]
    for place, party in enumerate(parties):
        here, asked = int((owner[kept] == place).sum()), int((wanted == place).sum())
        if not here:
            raise TrainingError(
                "data",
                N_("No row of %(organization)s has a picture."),
                N_("Every organization needs pictures to learn from."),
                organization=party.name,
            )
        if here < asked:
            text = N_("%(rows)s rows of %(organization)s are left out: they have no picture.")
            tell(Log(level="warning", text=text, params={"rows": asked - here, "organization": party.name}))
