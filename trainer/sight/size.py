"""Memory and work of a recipe that goes on from a base model which sees, by the model's shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trainer.sight.shape import COLOURS, Sight
from trainer.sight.work import Layer, work_of

# Numbers that stay of each that a layer gives, for the way back: bends keep what they bent. Not measured again since
# layers closer than CLOSER are left out: with them, more was told than was taken (830 MB for 717, 918 MB for 746).
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
    given = [count * places for _, _, places, count in layers]
    kept = sum(count * places for _, _, places, count in layers if places <= (-(-side // CLOSER)) ** 2)
    pictures = COLOURS * side * side
    return round(((KEPT * kept if learns else 0) + BACK * max(given) + 2 * pictures) / 2)


def layers_of(sight: Sight, side: int, *, ends: bool = True) -> tuple[list[Layer], int]:
    """Its layers, and how many numbers it holds."""
    layers = list(work_of(sight, side, ends=ends))
    return layers, sum(weights + channels for weights, channels, _, _ in layers)
