"""What stands on a base model that sees, by its shape alone: for estimates, too, so without torch."""

from __future__ import annotations

from trainer.recipes.object_detection.schema import Parameters
from trainer.sight.shape import Sight
from trainer.sight.work import Layer

WIDER = 4  # times the width that was chosen, as the deeper layers have without a base model


def given_by(sight: Sight) -> list[int]:
    """Channels of the map at each stride from 4 on."""
    found, before = list[int](), sight.stem
    for stage in sight.stages:
        if stage.stride > 1:
            found.append(before)
        before = stage.width
    return [*found[1:], before]


def head_of(sight: Sight, p: Parameters, kinds: int, side: int) -> list[Layer]:
    """Of the new layers, as `work_of` tells those of the base model."""
    wide, found = WIDER * p.width, list[Layer]()
    for place, given in enumerate(given_by(sight)):
        places = (-(-side // 4) // 2**place) ** 2
        found += [(given * wide, 2 * wide, places, wide), (9 * wide * wide, 2 * wide, places, wide)]
    fine = (-(-side // 4)) ** 2
    return [*found, (wide * (kinds + 4), kinds + 4, fine, kinds + 4)]
