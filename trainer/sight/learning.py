"""A base model that sees in the engine's hands: under a head that is new, it learns as far as its pace lets it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from trainer.data.feed import Inputs
from trainer.module import ModuleNetwork
from trainer.sight.network import Base
from trainer.sight.shape import Sight

HEADED = "base."  # what the weights of the base model are called by, in a module that has one


class SightNetwork(ModuleNetwork):
    """A module whose `base` is a `Base`. What is published is whole: it needs no base model any more."""

    def __init__(
        self, module: nn.Module, forward: Callable[[nn.Module, Inputs], Tensor], sight: Sight, *,
        device: torch.device, described: dict[str, Any], work: int,
        initialise: Callable[[nn.Module, torch.Generator], None],
    ) -> None:  # fmt: skip
        """`work`: multiplications of one row's way through the layers; `initialise` gives the new ones their start."""
        super().__init__(
            module, forward, device=device, described=described | {"sight": sight.told()}, initialise=initialise
        )
        self._work = work

    @property
    def multiplications(self) -> int:
        return self._work

    def published_weights(self, flat: Tensor) -> dict[str, Tensor]:
        """The base model's with what was learnt since, and the head's."""
        own = self.flat.clone()
        with torch.no_grad():
            self.flat.copy_(flat)
            base = self.module.base
            assert isinstance(base, Base)  # noqa: S101 - tells the type checker
            found = {f"{HEADED}{name}": value for name, value in base.whole().items()}
            for name, weight in self.module.named_parameters():
                if not name.startswith(HEADED):
                    found[name] = weight.detach().cpu().clone()
            self.flat.copy_(own)
        return found
