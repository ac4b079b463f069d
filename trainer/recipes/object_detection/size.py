"""Memory and work of a model that finds things, from its shapes."""

from __future__ import annotations

from trainer.recipes.object_detection.head import head_of
from trainer.recipes.object_detection.schema import Parameters
from trainer.sight.size import layers_of, passing_of, sight_in
from trainer.sizes import FLOAT, Data, Size

UNPACKED = 6  # bytes of pixels for each byte of a file
# Numbers of each that a layer gives while a crop goes forwards and back: itself, what its normalization and its bend
# made of it, and gradients. Of first layers that see a held-out picture whole, as many are there at once. Of whole jobs
# between 64 and 1,024 pixels a side, 4 to 32 at a time, 0 to 16 % more is told than was taken; of crops of 384 pixels
# and more some 30 %.
PASSING, WHOLE = 4, 12


def size_of(p: Parameters, data: Data) -> Size | None:
    """A row is a picture, of which a crop is looked at; a held-out one is looked at whole."""
    if data.base is not None:
        return _with_base(p, data)
    layers = list(_layers(p, max(1, data.classes)))
    weights = sum(count + also for count, also, _, _ in layers)
    places = {stride: (-(-p.crop // stride)) ** 2 for stride in (2, 4, 8, 16)}
    work = sum(count * places[stride] for count, _, stride, _ in layers)
    passing = PASSING * sum(width * places[stride] for _, _, stride, width in layers) // 2 + 4 * p.crop**2
    judged = WHOLE * FLOAT * p.width * (p.side // 2) ** 2
    return Size(weights, work, passing, UNPACKED * data.size + judged)


def _with_base(p: Parameters, data: Data) -> Size | None:
    """Where it stays as it is, nothing of it is kept for the way back."""
    sight = sight_in(data.base)
    if sight is None:
        return None
    kinds, moves = max(1, data.classes), p.base_pace > 0
    layers, held = layers_of(sight, p.crop, ends=False)
    whole, _ = layers_of(sight, p.side, ends=False)
    head = head_of(sight, p, kinds, p.crop)
    new = sum(weights + also for weights, also, _, _ in head)
    seen, added = (sum(weights * places for weights, _, places, _ in one) for one in (layers, head))
    passing = passing_of(layers, p.crop, learns=moves) + 2 * sum(given * places for _, _, places, given in head)
    judged = FLOAT * 2 * passing_of(whole, p.side, learns=False)
    prepared = UNPACKED * data.size + FLOAT * held + 2 * judged
    back = 2.0 if moves else 2 * added / (seen + added)
    return Size(new + (held if moves else 0), seen + added, passing, prepared, back=back)


def _layers(p: Parameters, kinds: int) -> list[tuple[int, int, int, int]]:
    """Of each convolution: weights, biases and gains, stride, channels that it gives."""
    fine, deep = 2 * p.width, 4 * p.width

    def normed(before: int, after: int, stride: int) -> tuple[int, int, int, int]:
        return 9 * before * after, 2 * after, stride, after

    found = [normed(3, p.width, 2), normed(p.width, fine, 4), normed(fine, deep, 8), normed(deep, deep, 16)]
    for width, stride in ((fine, 4), (deep, 8), (deep, 16)):
        found += [normed(width, width, stride)] * (2 * p.blocks)
    found += [(deep * deep, deep, 16, deep), (deep * fine, fine, 8, fine), normed(fine, deep, 4)]
    return [*found, (deep * (kinds + 4), kinds + 4, 4, kinds + 4)]
