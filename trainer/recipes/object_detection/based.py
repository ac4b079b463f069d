"""The network that finds things, on a base model that sees: its maps of four strides, joined from the coarsest on.

As in Lin et al., Feature Pyramid Networks (2017), each stride's map is brought to one width, and what a coarser one
found is added to it. What looks out of the finest are the same maps of middles and edges as without a base model.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - the customary name
from torch import Tensor, nn

from trainer.data.feed import Inputs
from trainer.recipes.object_detection.head import WIDER, given_by, head_of
from trainer.recipes.object_detection.network import GROUPS, initialise, layer
from trainer.recipes.object_detection.schema import Parameters
from trainer.sight.known import Known
from trainer.sight.learning import SightNetwork
from trainer.sight.network import Base
from trainer.sight.shape import Sight
from trainer.sight.work import effort_of, work_of

Forward = Callable[[nn.Module, Inputs], Tensor]


class Based(nn.Module):
    """Pictures in, maps out, as `Detector` has them."""

    def __init__(self, kinds: int, width: int, base: Base, sight: Sight) -> None:
        super().__init__()
        self.base, wide = base, WIDER * width
        ways = (nn.Conv2d(given, wide, 1, bias=False) for given in given_by(sight))
        self.sides = nn.ModuleList(nn.Sequential(way, nn.GroupNorm(GROUPS, wide)) for way in ways)
        self.joined = nn.ModuleList(layer(wide, wide) for _ in self.sides)
        self.told = nn.Conv2d(wide, kinds + 4, 1)

    def forward(self, pictures: Tensor) -> Tensor:
        found = [side(seen) for side, seen in zip(self.sides, self.base.maps(pictures), strict=True)]
        x = self.joined[-1](F.relu(found[-1]))
        for finer, joined in zip(reversed(found[:-1]), reversed(self.joined[:-1]), strict=True):
            height, width = finer.shape[2:]
            larger = F.interpolate(x, scale_factor=2.0, mode="nearest")
            x = joined(F.relu(finer + larger[:, :, :height, :width]))
        maps: Tensor = self.told(x)
        return maps


def network_on(
    known: Known, p: Parameters, kinds: int, forward: Forward, described: dict[str, Any], device: torch.device
) -> SightNetwork:
    """The base model under new layers, in the engine's hands."""
    base = known.opened(pace=p.base_pace, ends=False)
    layers = [*work_of(known.sight, p.crop, ends=False), *head_of(known.sight, p, kinds, p.crop)]
    return SightNetwork(
        Based(kinds, p.width, base, known.sight), forward, known.sight, device=device, described=described,
        work=effort_of(layers), initialise=initialise,
    )  # fmt: skip
