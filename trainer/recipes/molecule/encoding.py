"""Molecules and proteins as the networks take them: numbers that are scaled, or numbers of letters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from trainer.data.feed import Inputs
from trainer.recipes.molecule import proteins
from trainer.recipes.molecule.schema import BEHIND

CLIP = 8.0  # deviations: one odd molecule must not drown the others
NOTHING = 1e-9  # a spread that is rounding
AT_ONCE = 2_000_000  # numbers that are looked at at a time

Array = npt.NDArray[np.float32]


def chemistry() -> Any:
    """`trainer.recipes.molecule.chemistry`, loaded when the first molecule is read."""
    from trainer.recipes.molecule import chemistry as known  # noqa: PLC0415 - no other job shall load rdkit

    return known


@dataclass(frozen=True)
class Scaling:
    """Which columns are read, and what is taken from and divided out of each."""

    columns: list[int]
    center: list[float]
    scale: list[float]

    @classmethod
    def learnt(cls, raw: Array, unscaled: int = 0) -> Scaling:
        """From the training part's own; the first so many columns are only chosen, all that never vary are left out."""
        parts = np.array_split(np.arange(raw.shape[1]), 1 + raw.size // AT_ONCE)
        told = [(raw[:, own].std(0, dtype=float), raw[:, own].mean(0, dtype=float)) for own in parts]
        spread, middle = (np.concatenate(one) for one in zip(*told, strict=True))
        columns = np.flatnonzero(spread > NOTHING)
        plain = columns < unscaled
        center, scale = np.where(plain, 0.0, middle[columns]), np.where(plain, 1.0, spread[columns])
        return cls(columns.tolist(), center.tolist(), scale.tolist())

    def __call__(self, raw: Array) -> Array:
        centered = raw[:, self.columns] - np.array(self.center, np.float32)
        return (centered / np.array(self.scale, np.float32)).clip(-CLIP, CLIP)

    def to_json(self) -> dict[str, Any]:
        return {"columns": self.columns, "center": self.center, "scale": self.scale}


@dataclass(frozen=True)
class Prints:
    """How a fingerprint is made."""

    radius: int
    bits: int

    def of(self, structures: Sequence[str]) -> Array:
        """Molecules × (fingerprint, then descriptors)."""
        known = chemistry()
        found = [self.of_one(known.molecule_of(one)) for one in structures]
        return np.stack(found)

    def of_one(self, molecule: Any) -> Array:
        known = chemistry()
        return np.concatenate([known.fingerprint(molecule, self.radius, self.bits), known.descriptors(molecule)])


def compositions(sequences: Sequence[str]) -> Array:
    return np.stack([proteins.composition(one) for one in sequences])


def letters_of(texts: Sequence[str]) -> str:
    """All different letters of those texts."""
    return "".join(sorted(set().union(*texts)))


def tokens(texts: Sequence[str], letters: str, length: int) -> Tensor:
    """Texts × (letters, and `BEHIND`): 0 behind the end, then the known ones, and one more number for all others."""
    places = {letter: place for place, letter in enumerate(letters, start=1)}
    found = np.zeros((len(texts), length + BEHIND), np.int16)
    for row, text in enumerate(texts):
        own = [places.get(letter, len(letters) + 1) for letter in text[:length]]
        found[row, : len(own)] = own
    return torch.from_numpy(found)


class Joined:
    """Rows put together from tables: of each molecule once, of each protein once."""

    def __init__(self, tables: Sequence[Tensor], places: Sequence[Tensor]) -> None:
        """`places` say of every row which line of each table is its own."""
        self._tables, self._places, self.device = tables, places, tables[0].device

    def take(self, rows: Tensor) -> Inputs:
        pairs = zip(self._tables, self._places, strict=True)
        return torch.cat([table.index_select(0, own.index_select(0, rows)) for table, own in pairs], 1), None

    def announce(self, rows: Tensor) -> None:
        """Nothing to prepare."""


def unique(texts: Sequence[str], cleaned: Callable[[str], str | None]) -> tuple[list[str], npt.NDArray[np.int64]]:
    """The different cleaned texts, and of every text the place of its own; -1 where it is none."""
    known: dict[str, str | None] = {}
    places: dict[str, int] = {}
    found = np.empty(len(texts), np.int64)
    for row, text in enumerate(texts):
        if text not in known:
            known[text] = cleaned(text)
        own = known[text]
        found[row] = -1 if own is None else places.setdefault(own, len(places))
    return list(places), found
