"""A network that finds the middles of things, and how far their edges are from there.

Zhou et al., Objects as Points (2019): a map for each kind of thing, at a quarter of the picture's side, is high where
the middle of such a thing is. Four more maps tell how far the left, upper, right and lower edge are, as in Liu et al.,
Training-Time-Friendly Network (2020), which learns them around the middle and so with fewer steps. Under them lies a
small pyramid of residual blocks (He et al., 2016; Lin et al., Feature Pyramid Networks, 2017) with group normalization
(Wu and He, 2018), which learns from scratch with few pictures at a time.

Shapes: B pictures, 3 × H × W between 0 and 1, both sides multiples of 16; h = H / 4, w = W / 4.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
import torch.nn.functional as F  # noqa: N812 - the customary name
from torch import Tensor, nn

STRIDE, UNIT = 4, 16  # pixels of a place; of which multiple a side must be
GROUPS = 8
MIDDLE, SPREAD = 0.45, 0.25  # of the pixels of photographs, about
USUAL = 1.0  # logarithm of the first distances, in places
FARTHEST = 6.0  # the same of the largest
RARE = 0.1  # a middle is at so large a share of the places, the maps say at first (section 3 of the paper)


def layer(before: int, after: int, stride: int = 1) -> nn.Sequential:
    """A convolution and its normalization."""
    convolution = nn.Conv2d(before, after, 3, stride, 1, bias=False)
    return nn.Sequential(convolution, nn.GroupNorm(GROUPS, after), nn.ReLU())


class Block(nn.Module):
    """Two convolutions whose result is added to what passes by."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.second = layer(width, width), layer(width, width)[:2]

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.second(self.first(x)))


class Detector(nn.Module):
    """Pictures in, maps out (B × (kinds + 4) × h × w): of each kind, then the distances to four edges (`edges_of`)."""

    def __init__(self, kinds: int, width: int, blocks: int) -> None:
        super().__init__()
        fine, middle, coarse = 2 * width, 4 * width, 4 * width
        self.stem = nn.Sequential(layer(3, width, 2), layer(width, fine, 2))
        self.fine = nn.Sequential(*(Block(fine) for _ in range(blocks)))
        self.middle = nn.Sequential(layer(fine, middle, 2), *(Block(middle) for _ in range(blocks)))
        self.coarse = nn.Sequential(layer(middle, coarse, 2), *(Block(coarse) for _ in range(blocks)))
        self.from_coarse, self.from_middle = nn.Conv2d(coarse, middle, 1), nn.Conv2d(middle, fine, 1)
        self.joined = layer(fine, middle)
        self.told = nn.Conv2d(middle, kinds + 4, 1)

    def forward(self, pictures: Tensor) -> Tensor:
        fine = self.fine(self.stem((pictures - MIDDLE) / SPREAD))
        middle = self.middle(fine)
        coarse = self.coarse(middle)
        middle = middle + F.interpolate(self.from_coarse(coarse), scale_factor=2.0, mode="nearest")
        fine = fine + F.interpolate(self.from_middle(middle), scale_factor=2.0, mode="nearest")
        maps: Tensor = self.told(self.joined(fine))
        return maps


def initialise(module: nn.Module, generator: torch.Generator) -> None:
    """He's start; normalizations begin as they are, and every map of a kind with `RARE`."""
    for part in module.modules():
        if isinstance(part, nn.Conv2d):
            spread = math.sqrt(2.0 / part.weight[0].numel())
            part.weight.copy_(torch.empty(part.weight.shape).normal_(0.0, spread, generator=generator))
            if part.bias is not None:
                part.bias.zero_()
        elif isinstance(part, nn.GroupNorm):
            part.weight.fill_(1.0)
            part.bias.zero_()
    told = module.told
    assert isinstance(told, nn.Conv2d)  # noqa: S101 - tells the type checker
    assert told.bias is not None  # noqa: S101
    told.weight.mul_(0.1)
    told.bias[:-4] = -math.log((1 - RARE) / RARE)
    told.bias[-4:] = USUAL


def whole(module: nn.Module, picture: Tensor) -> Tensor:
    """The maps of one picture of any size (3 × H × W), which is continued in grey."""
    height, width = picture.shape[1:]
    padded = F.pad(picture[None], (0, -width % UNIT, 0, -height % UNIT), value=MIDDLE)
    maps: Tensor = module(padded)[0]
    return maps[:, : math.ceil(height / STRIDE), : math.ceil(width / STRIDE)]


def edges_of(told: Tensor) -> Tensor:
    """Left, top, right and bottom of the box at every place (4 × h × w), in places; `told` are logarithms."""
    left, top, right, bottom = told.clamp(max=FARTHEST).exp()
    y, x = (torch.arange(side, device=told.device) + 0.5 for side in told.shape[1:])
    return torch.stack([x[None] - left, y[:, None] - top, x[None] + right, y[:, None] + bottom])


def decoded(maps: Tensor, most: int) -> Tensor:
    """The highest middles, at most so many × (kind, score, left, top, right, bottom), in pixels; 0 where none is left.

    A middle is where no place beside it is higher (section 4 of the paper).
    """
    kinds, (height, width) = len(maps) - 4, maps.shape[1:]
    heat = maps[:kinds].sigmoid()
    peaks = torch.where(F.max_pool2d(heat[None], 3, 1, 1)[0] == heat, heat, 0.0)
    scores, places = peaks.flatten().topk(min(most, peaks.numel()))
    kind, place = places // (height * width), places % (height * width)
    edges = STRIDE * edges_of(maps[kinds:]).flatten(1)[:, place].T
    limits = STRIDE * torch.tensor([width, height, width, height], device=maps.device)
    found = torch.cat([kind[:, None], scores[:, None], torch.minimum(edges.clamp(min=0.0), limits)], 1)
    return F.pad(found, (0, 0, 0, most - len(found)))


def convolutions(module: nn.Module, side: int) -> Iterator[tuple[int, int]]:
    """Of every convolution its weights, and at how many places they are used in a square of that side."""
    places = {"stem.0": 2, "stem.1": 4, "fine": 4, "middle": 8, "coarse": 16, "from_coarse": 16, "from_middle": 8}
    for name, part in module.named_modules():
        if isinstance(part, nn.Conv2d):
            stride = next((found for start, found in places.items() if name.startswith(start)), STRIDE)
            yield part.weight.numel(), math.ceil(side / stride) ** 2
