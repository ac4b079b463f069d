"""How far maps are from the boxes that people drew."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812 - the customary name
from torch import Tensor

from trainer.recipes.object_detection.network import STRIDE

SIZE = 0.1  # how much the size counts beside the middle (Zhou et al., section 3)
ALPHA, BETA = 2, 4  # of the focal loss, as they have it
WIDE = 0.54 / 6  # of a box, the deviation of the bell around its middle (Liu et al., TTFNet, 2020, section 3.2)
NARROWEST = 0.5  # places


def loss_of_maps(maps: Tensor, boxes: Tensor, kinds: int) -> Tensor:
    """Of one picture's maps ((kinds + 4) × h × w) and boxes (n × 5, in pixels), by box."""
    height, width = maps.shape[1:]
    kind, edges = boxes[:, 0].long(), boxes[:, 1:] / STRIDE
    middle, size = (edges[:, :2] + edges[:, 2:]) / 2, edges[:, 2:] - edges[:, :2]
    limits = torch.tensor([width - 1, height - 1], device=maps.device)
    place = torch.minimum(middle.floor().long(), limits)
    bells = _bells(middle.floor(), size, height, width)
    wanted = torch.zeros(kinds, height, width, device=maps.device)
    for number in range(kinds):
        if (own := kind == number).any():
            wanted[number] = bells[own].amax(0)
    wanted[kind, place[:, 1], place[:, 0]] = 1.0
    told = maps[kinds:, place[:, 1], place[:, 0]].T
    sizes = F.l1_loss(told[:, :2], size, reduction="sum")
    offsets = F.l1_loss(told[:, 2:], middle - place, reduction="sum")
    return (_focal(maps[:kinds], wanted) + SIZE * sizes + offsets) / max(1, len(boxes))


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
