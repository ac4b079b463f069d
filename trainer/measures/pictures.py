"""How like one picture is to another."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812 - the customary name
from torch import Tensor

SMALLEST = 1e-10  # of a mean square: equal pictures have 100 dB
WINDOW, SPREAD = 11, 1.5
LUMINANCE, CONTRAST = 0.01**2, 0.03**2


def psnr(found: Tensor, clean: Tensor) -> Tensor:
    """Peak signal-to-noise ratio of pixels between 0 and 1, in decibels."""
    return -10.0 * torch.log10((found - clean).square().mean().clamp(min=SMALLEST))


def ssim(found: Tensor, clean: Tensor) -> Tensor:
    """Mean structural similarity (Wang et al., IEEE TIP 13, 2004, section III) of pictures C × H × W, by channel.

    With their window, a Gaussian of 11 pixels, where it lies inside; a smaller picture has a smaller one.
    """
    size = min(WINDOW, *found.shape[1:])
    places = torch.arange(size, device=found.device) - (size - 1) / 2
    weights = torch.exp(-(places**2) / (2 * SPREAD**2))
    window = torch.outer(weights, weights)[None, None] / weights.sum() ** 2
    x, y = found[:, None], clean[:, None]
    mean_x, mean_y, xx, yy, xy = (F.conv2d(one, window) for one in (x, y, x * x, y * y, x * y))
    over = (2 * mean_x * mean_y + LUMINANCE) * (2 * (xy - mean_x * mean_y) + CONTRAST)
    under = (mean_x**2 + mean_y**2 + LUMINANCE) * (xx - mean_x**2 + yy - mean_y**2 + CONTRAST)
    return (over / under).mean()
