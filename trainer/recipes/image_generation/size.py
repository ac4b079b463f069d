"""Memory and work of a model that draws pictures, from its shapes."""

from __future__ import annotations

from itertools import pairwise

from trainer.recipes.image_generation.schema import Parameters
from trainer.sizes import FLOAT, Data, Size

COARSE = 7  # as trainer.recipes.image_generation.network, which needs torch
PASSES = 5  # of a picture through layers of such a size: drawn, and judged three times; judging looks twice


def size_of(p: Parameters, data: Data) -> Size:
    """Pixel columns keep their number; picture files become squares of the chosen side."""
    channels = 1 if p.colour == "grey" else 3
    pixels = data.numbers or channels * p.side**2
    if data.numbers:
        channels = 3 if round((pixels / 3) ** 0.5) ** 2 * 3 == pixels and round(pixels**0.5) ** 2 != pixels else 1
    side = base = round((pixels / channels) ** 0.5)
    levels = 0
    while base % 2 == 0 and base > COARSE:
        base, levels = base // 2, levels + 1
    kinds = data.classes if p.by_class and data.classes > 1 else 0
    widths = [channels, *(p.width * 2**level for level in range(levels))]
    convolved = [16 * before * after for before, after in pairwise(widths)]
    coarse = widths[-1] * base**2
    drawer = (p.latent + kinds) * coarse + sum(convolved) + 2 * sum(widths[1:]) + sum(widths[:-1])
    judge = sum(convolved) + sum(widths[1:]) + 2 * sum(widths[2:]) + coarse + 1 + kinds * coarse
    places = [(side // 2 ** (level + 1)) ** 2 for level in range(levels)]
    work = sum(weights * places[level] for level, weights in enumerate(convolved)) + (p.latent + 2 * kinds) * coarse
    passing = 3 * PASSES * (pixels + sum(width * places[level] for level, width in enumerate(widths[1:])))
    prepared = data.size + data.rows * pixels * (2 * FLOAT + (1 if data.numbers else 0))
    return Size(drawer + judge, PASSES * work, passing, prepared)
