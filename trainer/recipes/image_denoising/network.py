"""The network that sees the noise, so that it can be taken away.

Zhang et al., Beyond a Gaussian Denoiser: Residual Learning of Deep CNN for Image Denoising, IEEE TIP 26 (2017),
section III: convolutions of 3 × 3 with ReLU between them tell the noise, not the picture. Their batch normalization
is left out: at these depths He's start and Adam do without it, and all that is learnt stays in the weights.

Shapes: B patches or one picture, C channels, H × W pixels between 0 and 1.
"""

from __future__ import annotations

import math
from itertools import pairwise

import torch
import torch.nn.functional as F  # noqa: N812 - the customary name
from torch import Tensor, nn

MOST = 4_000_000_000  # numbers of one layer times weights, computed at a time


class DnCNN(nn.Module):
    """A noisy picture in, the clean one out."""

    def __init__(self, channels: int, depth: int, width: int) -> None:
        super().__init__()
        widths = [channels, *[width] * (depth - 1), channels]
        self.layers = nn.ModuleList(nn.Conv2d(before, after, 3, padding=1) for before, after in pairwise(widths))

    def forward(self, noisy: Tensor) -> Tensor:
        noise = noisy
        for place, layer in enumerate(self.layers):
            noise = layer(F.relu(noise) if place else noise)
        return noisy - noise


def initialise(module: nn.Module, generator: torch.Generator) -> None:
    """He et al., Delving Deep into Rectifiers (2015), section 2.2; the last layer begins by seeing no noise."""
    weights = [weight for weight in module.parameters() if weight.dim() > 1]
    for weight in module.parameters():
        weight.zero_()
    for weight in weights[:-1]:
        spread = math.sqrt(2.0 / weight[0].numel())
        weight.copy_(torch.empty(weight.shape).normal_(0.0, spread, generator=generator))


def restored(module: nn.Module, noisy: Tensor) -> Tensor:
    """A picture (C × H × W) without noise: in strips that look as far over their edges as the network does.

    So the memory that it takes does not grow with the height, and the result is the same.
    """
    weights = [weight for weight in module.parameters() if weight.dim() > 1]
    height, reach = noisy.shape[1], len(weights)
    at_once = max(16, MOST // (noisy.shape[2] * sum(weight.numel() for weight in weights)))
    strips = []
    for top in range(0, height, at_once):
        begin, end = max(0, top - reach), min(height, top + at_once + reach)
        strip = module(noisy[None, :, begin:end])[0]
        strips.append(strip[:, top - begin : top - begin + at_once])
    return torch.cat(strips, 1).clamp(0.0, 1.0)
