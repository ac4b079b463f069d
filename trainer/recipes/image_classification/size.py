"""Memory and work of a model on pictures, from its shapes."""

from __future__ import annotations

from itertools import pairwise

from trainer.recipes.image_classification.schema import Parameters
from trainer.sight.shape import COLOURS
from trainer.sight.size import layers_of, passing_of, sight_in
from trainer.sizes import FLOAT, Data, Size, dense

OF_COLUMN = 18  # bytes of a pixel that is a column's: read, turned into a row's, as the network takes it
COLUMN = 8192  # bytes of a column, whatever it holds
LEFT = 1.75  # of a convolution's outputs: activated, their largest, and where those are
BACK = 2  # of the largest one's, while its gradient goes back
JUDGED = 2.5  # of the largest one's, where nothing is left for a way back
CHANGED = 4  # of the pixels, as pictures are judged with noise over them
LEAST, AT_ONCE = 64, 32  # pixels a side, and pictures at a time, that a base model looks at: as `based` has it
NOISY = 2_000_000  # pixels of what is judged at a time with noise over it: as `evaluation.robustness` has it
LIBRARY = 15 * 2**20  # bytes that convolutions take for themselves


def size_of(p: Parameters, data: Data) -> Size | None:
    """Pixel columns keep their number; picture files become squares of the chosen side."""
    if data.base is not None:
        return _with_base(p, data)
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


def _with_base(p: Parameters, data: Data) -> Size | None:
    """Where it stays as it is, it looks at each picture once, before the first step; then one layer learns."""
    sight = sight_in(data.base)
    if sight is None:
        return None
    pixels = data.numbers or COLOURS * p.base_side**2
    side = max(LEAST, round((pixels / (_channels(pixels) if data.numbers else COLOURS)) ** 0.5))
    layers, held = layers_of(sight, side)
    head, passing = dense([sight.last, data.classes])
    seen = passing_of(layers, side, learns=False)
    prepared = data.size + data.rows * pixels * (OF_COLUMN if data.numbers else 2 * FLOAT) + COLUMN * data.numbers
    # Pictures are looked at by the dozen: for their features, with noise over them, for what speaks for a kind.
    at_once = min(max(AT_ONCE, NOISY // pixels), data.rows if p.base_pace == 0 else data.held_out or data.rows)
    prepared += LIBRARY + FLOAT * (held + 2 * at_once * seen)
    if p.base_pace == 0:
        return Size(head, head, passing, prepared + FLOAT * data.rows * sight.last)
    work = sum(weights * places for weights, _, places, _ in layers)
    moving = passing + passing_of(layers, side, learns=True)
    return Size(head + held, head + work, moving, prepared, judged=2 * seen)


def _channels(pixels: int) -> int:
    """As `data.pixels.shape_of` takes so many: a square of grey, or three of colours."""
    return 3 if round(pixels**0.5) ** 2 != pixels and pixels % 3 == 0 else 1
