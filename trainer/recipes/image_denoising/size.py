"""Memory and work of a model that takes noise out of pictures, from its shapes."""

from __future__ import annotations

from itertools import pairwise

from trainer.recipes.image_denoising.schema import Parameters
from trainer.sizes import FLOAT, Data, Size

UNPACKED, JUDGED = 3, 512**2  # bytes of pixels for each byte of a file; pixels that are judged at a time


def size_of(p: Parameters, data: Data) -> Size:
    """A row is a picture, of which some patches are looked at."""
    channels = 1 if p.colour == "grey" else 3
    widths = [channels, *[p.width] * (p.depth - 1), channels]
    weights = sum(9 * before * after for before, after in pairwise(widths))
    places = p.patches * p.patch**2
    passing = places * (2 * sum(widths) + 4 * channels)
    prepared = UNPACKED * data.size + 4 * FLOAT * JUDGED * (p.width + channels)
    return Size(weights + sum(widths[1:]), weights * places, passing, prepared)
