"""How much work a network that sees does, by its shape alone: for estimates, without torch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from trainer.sight.shape import COLOURS, Sight

PASSED = 50  # multiplications in the time in which one number passes from layer to layer, as `trainer.duration` has it
Layer = tuple[int, int, int, int]  # weights, channels, places, and numbers given at each


def effort_of(layers: Iterable[Layer]) -> int:
    """Multiplications of such layers, with those that could be made while numbers pass: thin layers wait for memory."""
    return sum((weights + PASSED * given) * places for weights, _, places, given in layers)


def work_of(sight: Sight, side: int, *, ends: bool = True) -> Iterator[Layer]:
    """Of each convolution: weights, channels, at how many places of a square, and how many it gives at each."""
    places, before = -(-side // 2), sight.stem
    yield 9 * COLOURS * sight.stem, sight.stem, places**2, sight.stem
    for stage in sight.stages:
        for number in range(stage.blocks):
            inner, stride = before * stage.grow, 1 if number else stage.stride
            if stage.grow > 1:
                yield before * inner, inner, places**2, inner
            places = -(-places // stride)
            yield stage.kernel**2 * inner, inner, places**2, inner
            yield inner * stage.width, stage.width, places**2, stage.width
            before = stage.width
    if ends:
        yield before * sight.last, sight.last, places**2, sight.last
