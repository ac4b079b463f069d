"""Crops of pictures, changed at random, and the boxes that each shows."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812 - the customary name
from torch import Tensor

from trainer.recipes.object_detection.network import MIDDLE
from trainer.recipes.object_detection.schema import Parameters

SEEN = 0.4  # a thing that a crop shows less of is not looked for in it
BYTE = 255.0


def crop_of(planes: Tensor, boxes: Tensor, p: Parameters) -> tuple[Tensor, Tensor]:
    """A random square of a picture (3 × H × W, bytes), brought to the crop's side; beyond the picture it is grey."""
    side = p.crop
    scale = float(torch.empty(()).uniform_(1 - p.zoom, 1 + p.zoom))
    taken = max(16, round(side / scale))
    top, left = (_begin(have, taken) for have in planes.shape[1:])
    inside = planes[:, max(0, top) : max(0, top + taken), max(0, left) : max(0, left + taken)].float() / BYTE
    across = (max(0, -left), taken - inside.shape[2] - max(0, -left))
    down = (max(0, -top), taken - inside.shape[1] - max(0, -top))
    pixels = F.pad(inside[None], (*across, *down), value=MIDDLE)
    pixels = F.interpolate(pixels, (side, side), mode="bilinear", antialias=True)[0]
    return turned(_lit(pixels, p.light), moved_into(boxes, left, top, side / taken, side), p.turns, side)


def _lit(pixels: Tensor, light: float) -> Tensor:
    """In another light: the same for all colours, and half as much for each of its own."""
    drawn = torch.empty(4, 1, 1).uniform_(-light, light)
    return (pixels * (1 + drawn[:1] + drawn[1:] / 2)).clamp(0, 1)


def _begin(have: int, taken: int) -> int:
    """Anywhere inside; of a smaller picture anywhere around it."""
    return int(torch.randint(min(0, have - taken), max(0, have - taken) + 1, ()))


def moved_into(boxes: Tensor, left: int, top: int, scale: float, side: int) -> Tensor:
    """The boxes as the crop shows them, without those of which it shows too little."""
    edges = (boxes[:, 1:] - torch.tensor([left, top, left, top])) * scale
    shown = edges.clamp(0, side)
    area, seen = (_area(one) for one in (edges, shown))
    kept = seen >= SEEN * area.clamp(min=1e-6)
    return torch.cat([boxes[:, :1], shown], 1)[kept]


def _area(edges: Tensor) -> Tensor:
    return (edges[:, 2] - edges[:, 0]) * (edges[:, 3] - edges[:, 1])


def turned(pixels: Tensor, boxes: Tensor, turns: str, side: int) -> tuple[Tensor, Tensor]:
    """Mirrored, and turned by swapping the axes, each as often as not."""
    kind, left, top, right, bottom = boxes.unbind(1)
    drawn = torch.rand(3).tolist()
    if turns != "none" and drawn[0] < 0.5:  # noqa: PLR2004 - as often as not
        pixels, left, right = pixels.flip(2), side - right, side - left
    if turns == "all" and drawn[1] < 0.5:  # noqa: PLR2004
        pixels, top, bottom = pixels.flip(1), side - bottom, side - top
    if turns == "all" and drawn[2] < 0.5:  # noqa: PLR2004
        pixels, left, top, right, bottom = pixels.transpose(1, 2), top, left, bottom, right
    return pixels, torch.stack([kind, left, top, right, bottom], 1)
