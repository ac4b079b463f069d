"""Two networks that learn from each other, in one.

Goodfellow et al., Generative Adversarial Nets (2014); Radford et al., DCGAN (2015), section 3: convolutions alone, no
pooling, batch normalization where pictures are drawn. Where they are judged, groups of channels are normalized instead,
so that the answer to a picture does not depend on those beside it. Of kinds: what is drawn begins with the kind too,
and what is judged is compared with the kind's own vector (Miyato and Koyama, Projection Discriminator, 2018).

Shapes: B pictures, C channels, pixels from -1 to 1, Z random numbers, K kinds (one-hot; none where K = 0).
"""

from __future__ import annotations

from itertools import pairwise

import torch
import torch.nn.functional as F  # noqa: N812 - the customary name
from torch import Tensor, nn
from torch.func import functional_call

GROUPS, LEAK = 8, 0.2
COARSE = 7  # pixels a side: no level lies below that


def levels_of(side: int) -> int:
    """How often the side is halved."""
    levels = 0
    while side % 2 == 0 and side > COARSE:
        side, levels = side // 2, levels + 1
    return levels


class Drawer(nn.Module):
    """Random numbers in, pictures out."""

    def __init__(self, shape: tuple[int, int, int], latent: int, width: int, kinds: int) -> None:
        super().__init__()
        levels = levels_of(shape[1])
        widths = [width * 2**level for level in reversed(range(levels))]
        self.base, self.kinds, self.latent = shape[1] // 2**levels, kinds, latent
        self.first = nn.Linear(latent + kinds, widths[0] * self.base**2, bias=False)
        self.norms = nn.ModuleList(nn.BatchNorm2d(one) for one in widths)
        pairs = zip(widths, [*widths[1:], shape[0]], strict=True)
        self.layers = nn.ModuleList(nn.ConvTranspose2d(before, after, 4, 2, 1) for before, after in pairs)

    def forward(self, numbers: Tensor, kind: Tensor) -> Tensor:
        x = self.first(torch.cat([numbers, kind], 1)).unflatten(1, (-1, self.base, self.base))
        for norm, layer in zip(self.norms, self.layers, strict=True):
            x = layer(F.relu(norm(x)))
        drawn: Tensor = x.tanh()
        return drawn


class Judge(nn.Module):
    """Pictures in, how real they look out (B)."""

    def __init__(self, shape: tuple[int, int, int], width: int, kinds: int) -> None:
        super().__init__()
        levels = levels_of(shape[1])
        widths = [shape[0], *(width * 2**level for level in range(levels))]
        pairs = pairwise(widths)
        self.layers = nn.ModuleList(nn.Conv2d(before, after, 4, 2, 1) for before, after in pairs)
        self.norms = nn.ModuleList(nn.GroupNorm(GROUPS, one) for one in widths[2:])
        count = widths[-1] * (shape[1] // 2**levels) ** 2
        self.last = nn.Linear(count, 1)
        self.kinds = nn.Linear(kinds, count, bias=False) if kinds else None

    def forward(self, pictures: Tensor, kind: Tensor) -> Tensor:
        x = pictures
        for place, layer in enumerate(self.layers):
            x = layer(x)
            x = F.leaky_relu(self.norms[place - 1](x) if place else x, LEAK)
        x = x.flatten(1)
        told: Tensor = self.last(x)[:, 0]
        return told if self.kinds is None else told + (self.kinds(kind) * x).sum(1) / x.shape[1] ** 0.5


class Pair(nn.Module):
    """Both; `forward` gives what each learns from, with gradients that go to the one that learns from it alone."""

    def __init__(self, shape: tuple[int, int, int], latent: int, width: int, kinds: int) -> None:
        super().__init__()
        self.drawer, self.judge = Drawer(shape, latent, width, kinds), Judge(shape, width, kinds)

    def forward(self, pictures: Tensor, kind: Tensor) -> Tensor:
        """Logits of real pictures and of drawn ones, for the judge, and of drawn ones for the drawer (B × 3)."""
        drawn = self.drawer(torch.randn(len(pictures), self.drawer.latent, device=pictures.device), kind)
        fixed = {name: weight.detach() for name, weight in self.judge.named_parameters()}
        to_draw = functional_call(self.judge, fixed, (drawn, kind))
        return torch.stack([self.judge(pictures, kind), self.judge(drawn.detach(), kind), to_draw], 1)
