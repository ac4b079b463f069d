"""Weights to begin with, and normalizations that fit the weights."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812 - the customary name
from torch import Tensor, nn

from trainer.recipes.image_generation.network import Drawer

SPREAD = 0.02


def initialise(module: nn.Module, generator: torch.Generator) -> None:
    """As in section 4 of DCGAN: small normal weights; normalizations begin as they are."""
    for weight in module.parameters():
        weight.zero_()
        if weight.dim() > 1:
            weight.copy_(torch.empty(weight.shape).normal_(0.0, SPREAD, generator=generator))
    for part in module.modules():
        if isinstance(part, nn.BatchNorm2d | nn.GroupNorm):
            part.weight.fill_(1.0)


@torch.no_grad()
def settle(drawer: Drawer, numbers: Tensor, kind: Tensor) -> None:
    """Mean and variance of every normalization anew, from those random numbers.

    Wu and Johnson, Rethinking “Batch” in BatchNorm (2021), section 3: so they fit the weights as they are, and nothing
    but weights must be kept.
    """
    norms = [part for part in drawer.modules() if isinstance(part, nn.BatchNorm2d)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the mean over what follows
    drawer.train()
    drawer(numbers, kind)
    drawer.eval()


def one_hot(codes: Tensor | None, count: int, kinds: int, device: torch.device) -> Tensor:
    """B × K."""
    if not kinds or codes is None:
        return torch.zeros(count, 0, device=device)
    return F.one_hot(codes.long(), kinds).float()
