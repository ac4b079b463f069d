"""Networks whose published files are known: their shapes, and how their tensors are called there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from trainer.sight.shape import Sight, Stage

IMAGENET, DEVIATION = (
    (0.485, 0.456, 0.406),
    (0.229, 0.224, 0.225),
)  # of colours, as torch's models have it


class Place(NamedTuple):
    """Where a convolution and its normalization stand in a file, and what the convolution is called here."""

    here: str
    convolution: str
    normalization: str


@dataclass(frozen=True)
class Published:
    """A network whose file is known: its name, its shape, how its tensors are called, and what norms add."""

    name: str
    sight: Sight
    blocks: tuple[str, ...]  # "%" stands for the block's number; of grow, see and shrink, each with its normalization
    narrow: tuple[str, ...]  # the same of a block that does not grow
    ends: tuple[str, ...]  # of the stem and of the last layer, each with its normalization
    classes: str
    first: int  # the number of the first block
    little: float  # that normalizations add before they take the root

    def places(self) -> Iterator[Place]:
        """In no order that matters."""
        yield Place("stem", *self.ends[:2])
        yield Place("last", *self.ends[2:])
        number = 0
        for stage in self.sight.stages:
            for _ in range(stage.blocks):
                steps = ("grow", "see", "shrink") if stage.grow > 1 else ("see", "shrink")
                names = self.blocks if stage.grow > 1 else self.narrow
                for place, step in enumerate(steps):
                    pair = (name.replace("%", str(number + self.first)) for name in names[2 * place : 2 * place + 2])
                    yield Place(f"blocks.{number}.{step}", *pair)
                number += 1


MOBILENET_V2 = Published(
    name="MobileNetV2",
    sight=Sight(
        stem=32,
        stages=(
            Stage(3, 1, 1, 16, 1), Stage(3, 2, 6, 24, 2), Stage(3, 2, 6, 32, 3), Stage(3, 2, 6, 64, 4),
            Stage(3, 1, 6, 96, 3), Stage(3, 2, 6, 160, 3), Stage(3, 1, 6, 320, 1),
        ),
        last=1280, classes=1000, even=True, mean=IMAGENET, deviation=DEVIATION, side=224,
    ),
    blocks=tuple(f"features.%.conv.{name}" for name in ("0.0", "0.1", "1.0", "1.1", "2", "3")),
    narrow=tuple(f"features.%.conv.{name}" for name in ("0.0", "0.1", "1", "2")),
    ends=("features.0.0", "features.0.1", "features.18.0", "features.18.1"),
    classes="classifier.1",
    first=1,
    little=1e-5,
)  # fmt: skip
EFFICIENTNET_LITE0 = Published(
    name="EfficientNetLite0",
    sight=Sight(
        stem=32,
        stages=(
            Stage(3, 1, 1, 16, 1), Stage(3, 2, 6, 24, 2), Stage(5, 2, 6, 40, 2), Stage(3, 2, 6, 80, 3),
            Stage(5, 1, 6, 112, 3), Stage(5, 2, 6, 192, 4), Stage(3, 1, 6, 320, 1),
        ),
        last=1280, classes=1000, even=False, mean=(127 / 255,) * 3, deviation=(128 / 255,) * 3, side=224,
    ),
    blocks=tuple(
        f"_blocks.%.{name}" for name in ("_expand_conv", "_bn0", "_depthwise_conv", "_bn1", "_project_conv", "_bn2")
    ),
    narrow=tuple(f"_blocks.%.{name}" for name in ("_depthwise_conv", "_bn1", "_project_conv", "_bn2")),
    ends=("_conv_stem", "_bn0", "_conv_head", "_bn1"),
    classes="_fc",
    first=0,
    little=1e-3,
)  # fmt: skip
PUBLISHED = (MOBILENET_V2, EFFICIENTNET_LITE0)
