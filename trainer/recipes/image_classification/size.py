"""Memory and work of a model on pictures, from its shapes."""

from __future__ import annotations

from itertools import pairwise

from trainer.recipes.image_classification.schema import Parameters
from trainer.sizes import FLOAT, Data, Size, dense


def size_of(p: Parameters, data: Data) -> Size:
    """Pixel columns keep their number; picture files become squares of the chosen side."""
    channels = 1 if p.colour == "grey" else 3
    pixels = data.numbers or channels * p.side**2
    prepared = data.size + data.rows * pixels * (2 * FLOAT + (1 if data.numbers else 0))
    if p.network == "mlp":
        parameters, passing = dense([pixels, *p.hidden_layers, data.classes])
        return Size(parameters, parameters, passing, prepared)
    first = channels if not data.numbers or (pixels % 3 == 0 and round((pixels / 3) ** 0.5) ** 2 * 3 == pixels) else 1
    side = round((pixels / first) ** 0.5)
    weights = multiplications = 0
    passing = pixels
    for before, after in pairwise([first, *p.channels]):
        weights += 9 * before * after + after
        multiplications += 9 * before * after * side * side
        passing += 3 * after * side * side
        side //= 2
    rest, more = dense([p.channels[-1] * side * side, *p.hidden_layers, data.classes])
    return Size(weights + rest, multiplications + rest, passing + more, prepared)
