"""Memory and work of a recipe that goes on from a base model which sees, by the model's shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trainer.sight.shape import COLOURS, Sight
from trainer.sight.work import Layer, work_of

# Numbers that stay of each that a layer gives, for the way back: bends keep what they bent. Of whole jobs on digits at
# 128 pixels a side, 8 and 32 at a time, some tenth more is told than was taken (EfficientNet-Lite0: 702 MB for 649 and
# 942 for 877; MobileNetV2: 672 for 599 and 908 for 843).
KEPT = 1.5
CLOSER = 4  # pixels from place to place, below which no layer learns
BACK = 3  # of the largest layer's, while its gradient goes back


def sight_in(base: Mapping[str, Any] | None) -> Sight | None:
    """Of a base model as the hub tells it; None where it tells of none that sees."""
    try:
        return Sight.of(((base or {}).get("config") or {})["sight"])
    except (KeyError, TypeError, ValueError):
        return None


def passing_of(layers: list[Layer], side: int, *, learns: bool) -> int:
    """Half the numbers that are there while one picture goes forwards and back; forwards alone they come and go."""
    given = [(places, count * places) for _, _, places, count in layers]
    kept = [own for places, own in given if places <= (-(-side // CLOSER)) ** 2]
    through = BACK * max(own for _, own in given)  # layers that learn nothing are passed before anything is kept
    back = KEPT * sum(kept) + BACK * max(kept, default=0) if learns else 0
    return round((max(through, back) + 2 * COLOURS * side * side) / 2)


def layers_of(sight: Sight, side: int, *, ends: bool = True) -> tuple[list[Layer], int]:
    """Its layers, and how many numbers it holds."""
    layers = list(work_of(sight, side, ends=ends))
    return layers, sum(weights + channels for weights, channels, _, _ in layers)
