"""How far maps are from the boxes that people drew."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812 - the customary name
from torch import Tensor

from trainer.recipes.object_detection.network import STRIDE, edges_of

OVERLAPS = 5.0  # how much the edges count beside the middles (Liu et al., TTFNet, 2020, section 3.3)
ALPHA, BETA = 2, 4  # of the focal loss (Zhou et al., Objects as Points, section 3)
WIDE = 0.54 / 6  # of a box, the deviation of the bell around its middle (TTFNet, section 3.2)
NARROWEST = 0.5  # places
NEAR = 0.3  # so high is a bell where its place tells the edges, too
AT_ONCE = 16_000_000  # boxes × places: of one picture there may be thousands


def loss_of_maps(maps: Tensor, boxes: Tensor, kinds: int) -> Tensor:
    """Of one picture's maps ((kinds + 4) × h × w) and boxes (n × 5, in pixels)."""
    height, width = maps.shape[1:]
    kind, edges = boxes[:, 0].long(), boxes[:, 1:] / STRIDE
    middle, size = (edges[:, :2] + edges[:, 2:]) / 2, edges[:, 2:] - edges[:, :2]
    limits = torch.tensor([width - 1, height - 1], device=maps.device)
    place = torch.minimum(middle.floor().long(), limits)
    wanted = torch.zeros(kinds, height, width, device=maps.device)
    weight, whose = torch.zeros_like(wanted[0]), torch.zeros_like(wanted[0], dtype=torch.long)  # the nearest bell's
    step = max(1, AT_ONCE // (height * width))
    for begin in range(0, len(boxes), step):
        own = slice(begin, begin + step)
        bells = _bells(place[own].float(), size[own], height, width)
        for number in set(kind[own].tolist()):
            wanted[number] = torch.maximum(wanted[number], bells[kind[own] == number].amax(0))
        highest, which = bells.max(0)
        nearer = highest > weight
        weight, whose = torch.where(nearer, highest, weight), torch.where(nearer, which + begin, whose)
    middles = _focal(maps[:kinds], wanted) / max(1, len(boxes))
    return middles + (OVERLAPS * _apart(maps[kinds:], edges, weight, whose) if len(boxes) else 0.0)


def _bells(middle: Tensor, size: Tensor, height: int, width: int) -> Tensor:
    """Boxes × h × w: 1 in the middle, less around it."""
    x = torch.arange(width, device=middle.device)[None] - middle[:, :1]
    y = torch.arange(height, device=middle.device)[None] - middle[:, 1:]
    wide, high = (size * WIDE).clamp(min=NARROWEST).unbind(1)
    across, down = torch.exp(-((x / wide[:, None]) ** 2) / 2), torch.exp(-((y / high[:, None]) ** 2) / 2)
    return down[:, :, None] * across[:, None, :]


def _focal(logits: Tensor, wanted: Tensor) -> Tensor:
    """Lin et al., Focal Loss (2017), less strict around the middles (Law and Deng, CornerNet, 2018, section 3.2)."""
    likely = logits.sigmoid()
    found = (1 - likely) ** ALPHA * F.logsigmoid(logits)
    not_there = (1 - wanted) ** BETA * likely**ALPHA * F.logsigmoid(-logits)
    return -torch.where(wanted == 1.0, found, not_there).sum()


def _apart(told: Tensor, edges: Tensor, weight: Tensor, whose: Tensor) -> Tensor:
    """Around each middle, by its bell: 1 - GIoU of the box that a place tells and of the box that is there.

    Rezatofighi et al., Generalized Intersection over Union (2019), algorithm 1.
    """
    near = weight >= NEAR
    found, there = edges_of(told)[:, near].T, edges[whose[near]]
    low, high = torch.maximum(found[:, :2], there[:, :2]), torch.minimum(found[:, 2:], there[:, 2:])
    shared = (high - low).clamp(min=0).prod(1)
    covered = _area(found) + _area(there) - shared
    around = torch.maximum(found[:, 2:], there[:, 2:]) - torch.minimum(found[:, :2], there[:, :2])
    area = around.prod(1).clamp(min=1e-6)
    likeness = shared / covered.clamp(min=1e-6) - (area - covered) / area
    return ((1 - likeness) * weight[near]).sum() / weight[near].sum()


def _area(edges: Tensor) -> Tensor:
    return (edges[:, 2:] - edges[:, :2]).prod(1)
