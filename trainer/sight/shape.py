"""What is said of a network that sees; read without torch, for estimates need it, too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from trainer.contract import N_
from trainer.failures import TrainingError

KIND = "vision"  # as `config.json` tells what a base model is for
COLOURS = 3
MOST_BLOCKS, WIDEST, LARGEST_KERNEL = 200, 8192, 15  # what a description may ask for


class Stage(NamedTuple):
    """Blocks of one width, of which the first may halve the sides."""

    kernel: int
    stride: int
    grow: int  # times the input's channels, inside a block
    width: int
    blocks: int


@dataclass(frozen=True)
class Sight:
    """The shape of such a network, and how it wants pictures: less the mean, by the deviation of each colour."""

    stem: int
    stages: tuple[Stage, ...]
    last: int
    classes: int
    even: bool  # whether rims are as wide on both sides where sides are halved; else TensorFlow's way
    mean: tuple[float, ...]
    deviation: tuple[float, ...]
    side: int  # of the pictures that it was taught with

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Sight:
        """From `config.json`; ValueError, TypeError or KeyError where that is nonsense."""
        stages = tuple(Stage(*(int(number) for number in one)) for one in told["stages"])
        mean, deviation = (tuple(float(one) for one in told[name]) for name in ("mean", "deviation"))
        stem, last, classes, side = (int(told[name]) for name in ("stem", "last", "classes", "side"))
        found = cls(stem, stages, last, classes, bool(told["even"]), mean, deviation, side)
        widths = [stem, last, classes, *(one.width * one.grow for one in stages)]
        sensible = all(0 < one <= WIDEST for one in widths) and 0 < sum(one.blocks for one in stages) <= MOST_BLOCKS
        kernels = all(one.kernel in range(1, LARGEST_KERNEL, 2) and one.stride in (1, 2) for one in stages)
        if not (sensible and kernels and len(mean) == len(deviation) == COLOURS and min(deviation) > 0):
            raise ValueError("no network that sees")
        return found

    def told(self) -> dict[str, Any]:
        """As `of` reads it."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__} | {
            "stages": [list(one) for one in self.stages], "mean": list(self.mean), "deviation": list(self.deviation),
        }  # fmt: skip


def sight_of(config: Mapping[str, Any]) -> Sight:
    """Out of `config.json`; TrainingError where that tells of no network that sees."""
    try:
        return Sight.of(config["sight"])
    except (KeyError, TypeError, ValueError) as error:
        raise unreadable(str(error)[:200] or type(error).__name__) from None


def unreadable(reason: str) -> TrainingError:
    """A base model that is none, or half of one, in a sentence."""
    text = N_("The base model cannot be read: %(reason)s")
    return TrainingError("data", text, N_("Choose another base model, or import it again."), reason=reason[:200])
