"""A base model that sees, before any job went on from it: it tells how much alike pictures are."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor
from torch.nn.functional import normalize

from trainer.asking import picture_in
from trainer.contract import N_
from trainer.data.pixels import from_bytes
from trainer.serving import Row, Served, refusal
from trainer.sight.known import known_in
from trainer.sight.shape import COLOURS

LEAST, MOST = 2, 20  # pictures that are compared at a time
BYTE = 255.0


def open_base(folder: Path) -> Served:
    """What lies there as `importing.pictures` left it; TrainingError where that cannot be read."""
    return Likening(folder)


class Likening:
    """`{"image"}` of each picture in; out, of each its `likeness` to every picture in order.

    Likeness is the cosine of the features before the last layer, from 0 to 1, since none of them is below 0.
    """

    def __init__(self, folder: Path) -> None:
        known = known_in(folder)
        self._side, self._base = known.sight.side, known.opened().eval()

    def predict(self, rows: list[Row]) -> list[Row]:
        if not LEAST <= len(rows) <= MOST:
            raise refusal(N_("Between %(least)s and %(most)s pictures are compared at a time."), least=LEAST, most=MOST)
        found = torch.stack([self._features(row) for row in rows])  # one at a time: few pictures, and little memory
        return [{"likeness": near} for near in (found @ found.T).clamp(-1, 1).tolist()]

    def _features(self, row: Row) -> Tensor:
        pixels = picture_in(row, lambda content: from_bytes(content, self._side, COLOURS))
        picture = torch.from_numpy(pixels).view(1, COLOURS, self._side, self._side) / BYTE
        return normalize(self._base(picture).double(), dim=1)[0]
