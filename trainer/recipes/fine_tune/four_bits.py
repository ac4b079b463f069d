"""Numbers in four bits each (NF4; Dettmers et al., QLoRA, 2023).

Each block of 64 weights is divided by its largest, and each becomes the nearest of sixteen numbers that lie as a normal
distribution does: 4.5 bits with the block's largest.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import torch
import torch.nn.functional as F  # noqa: N812 - the customary name
from torch import Tensor

BLOCK = 64
AT_ONCE = 2**14  # blocks, while they are made short
NUMBERS = (  # of the paper's appendix E
    -1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334,
    -0.09105003625154495, 0.0, 0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
    0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0,
)  # fmt: skip


@cache
def _pairs(device: torch.device) -> Tensor:
    """The two numbers that each byte stands for, their 64 bits as one integer: looked up in one go."""
    numbers = torch.tensor(NUMBERS)
    both = torch.stack([numbers.repeat_interleave(16), numbers.repeat(16)], 1)
    return both.view(torch.int64).view(-1).to(device)


def packed(weight: Tensor) -> tuple[Tensor, Tensor]:
    """Two weights in each byte, and the largest of each block."""
    flat = weight.detach().flatten()
    blocks = F.pad(flat, (0, -len(flat) % BLOCK)).view(-1, BLOCK)
    largest = blocks.abs().amax(1).float()
    parts = zip(torch.split(blocks, AT_ONCE), torch.split(largest, AT_ONCE), strict=True)
    return torch.cat([_bytes(*part) for part in parts]), largest


def _bytes(blocks: Tensor, largest: Tensor) -> Tensor:
    scaled = blocks.float() / largest.clamp(min=torch.finfo(torch.float32).tiny)[:, None]
    nearest = torch.zeros(scaled.shape, dtype=torch.uint8, device=scaled.device)
    for below, above in pairwise(NUMBERS):
        nearest += scaled > (below + above) / 2
    both = nearest.flatten().view(torch.int16)  # the first in the lower byte
    return ((both << 4) | (both >> 8)).to(torch.uint8)


def unpacked(two: Tensor, largest: Tensor, shape: torch.Size) -> Tensor:
    """The weights of that shape as float32."""
    blocks = _pairs(two.device).index_select(0, two.int()).view(torch.float32).view(-1, BLOCK)
    return blocks.mul_(largest[:, None]).flatten()[: shape.numel()].view(shape)
