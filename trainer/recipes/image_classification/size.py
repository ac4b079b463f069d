"""Memory and work of a model on pictures, from its shapes."""

from __future__ import annotations

from itertools import pairwise

from trainer.recipes.image_classification.schema import Parameters
from trainer.sizes import FLOAT, Data, Size, dense

OF_COLUMN = 18  # bytes of a pixel that is a column's: read, turned into a row's, as the network takes it
COLUMN = 8192  # bytes of a column, whatever it holds
LEFT = 1.75  # of a convolution's outputs: activated, their largest, and where those are
BACK = 2  # of the largest one's, while its gradient goes back
JUDGED = 2.5  # of the largest one's, where nothing is left for a way back
CHANGED = 4  # of the pixels, as pictures are judged with noise over them
LIBRARY = 15 * 2**20  # bytes that convolutions take for themselves


def size_of(p: Parameters, data: Data) -> Size:
    """Pixel columns keep their number; picture files become squares of the chosen side."""
    channels = _channels(data.numbers) if data.numbers else 1 if p.colour == "grey" else 3
    pixels = data.numbers or channels * p.side**2
    prepared = data.size + data.rows * pixels * (OF_COLUMN if data.numbers else 2 * FLOAT) + COLUMN * data.numbers
    if p.network == "mlp":
        parameters, passing = dense([pixels, *p.hidden_layers, data.classes])
        return Size(parameters, parameters, passing, prepared)
    side = round((pixels / channels) ** 0.5)
    weights = multiplications = outputs = largest = 0
    for before, after in pairwise([channels, *p.channels]):
        weights += 9 * before * after + after
        multiplications += 9 * before * after * side * side
        outputs += after * side * side
        largest = max(largest, after * side * side)
        side //= 2
    rest, more = dense([p.channels[-1] * side * side, *p.hidden_layers, data.classes])
    passing = round((pixels + LEFT * outputs + BACK * largest) / 2) + more
    judged = CHANGED * pixels + round(JUDGED * largest)
    return Size(weights + rest, multiplications + rest, passing, prepared + LIBRARY, judged=judged)


def _channels(pixels: int) -> int:
    """As `data.pixels.shape_of` takes so many: a square of grey, or three of colours."""
    return 3 if round(pixels**0.5) ** 2 != pixels and pixels % 3 == 0 else 1
