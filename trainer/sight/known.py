"""Base models that see, out of their folders."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from torch import Tensor

from trainer.serving import json_in, weights_in
from trainer.sight.network import Base
from trainer.sight.shape import Sight, sight_of, unreadable


class Known(NamedTuple):
    """A base model that was read: its shape, and its weights by name."""

    sight: Sight
    weights: dict[str, Tensor]

    def opened(self, *, pace: float = 0.0, ends: bool = True) -> Base:
        """A network of its own with those weights; TrainingError where they do not fit."""
        base = Base(self.sight, pace=pace, ends=ends)
        wanted = {name: self.weights[name] for name in base.state_dict() if name in self.weights}
        try:
            left = base.load_state_dict(wanted, strict=False)
        except RuntimeError as error:
            raise unreadable(str(error).splitlines()[-1].strip()) from None
        if lacking := [name for name in left.missing_keys if not name.endswith((".more", ".shift"))]:
            raise unreadable(f"{lacking[0]} is missing")
        return base


def known_in(folder: Path) -> Known:
    """A base model that sees, as `trainer.importing` wrote it; TrainingError where it is none."""
    config = json_in(folder, "config.json")
    return Known(sight_of(config), weights_in(folder))
