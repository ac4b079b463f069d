"""Any torch module in the engine's hands: its trained parameters become pieces of one vector."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from trainer.data.feed import Feed, Inputs
from trainer.network import OneVector, views_of

MATRIX = 2  # dimensions; what has fewer (biases, gains) does not decay


class ModuleNetwork(OneVector):
    """A module, how it reads a batch, and what is said of it in `config.json`.

    `initialise` gives the weights to begin with; a module that was trained before begins with those it has.
    """

    def __init__(
        self,
        module: nn.Module,
        forward: Callable[[nn.Module, Inputs], Tensor],
        *,
        device: torch.device,
        described: dict[str, Any],
        tokens: int = 1,
        initialise: Callable[[nn.Module, torch.Generator], None] | None = None,
    ) -> None:
        self.module, self._forward, self._described, self._tokens = module.to(device), forward, described, tokens
        self._initialise = initialise
        module.eval()  # all parts alike: what is wrapped around an opened model would say of itself that it trains
        found = {name: weight for name, weight in module.named_parameters() if weight.requires_grad}
        trained = sorted(found, key=lambda name: found[name].dim() < MATRIX)  # a stable sort: matrices first
        self.shapes = {name: tuple(found[name].shape) for name in trained}
        self.decayed = sum(found[name].numel() for name in trained if found[name].dim() >= MATRIX)
        self.flat = torch.cat([found[name].detach().reshape(-1).float() for name in trained])
        self.gradient = torch.zeros_like(self.flat)
        gradients = views_of(self.gradient, self.shapes)
        for name, view in views_of(self.flat, self.shapes).items():
            found[name].data = view
            found[name].grad = gradients[name]  # backward adds into it

    def initialise(self, generator: torch.Generator) -> None:
        if self._initialise is not None:
            with torch.no_grad():
                self._initialise(self.module, generator)

    def unbound(self) -> nn.Module:
        """The module, its weights no longer pieces of one vector; this object is of no use without it any more."""
        for weight in self.module.parameters():
            if weight.requires_grad:
                weight.data, weight.grad = weight.data.clone(), None
        self.flat = self.gradient = torch.empty(0)
        return self.module

    def prepared(self, feed: Feed) -> Feed:
        return feed

    def __call__(self, inputs: Inputs, *, training: bool = False) -> Tensor:
        if self.module.training != training:
            self.module.train(training)
        return self._forward(self.module, inputs)

    @property
    def multiplications(self) -> int:
        """Every weight of a matrix meets every token of a row once."""
        weights = sum(weight.numel() for weight in self.module.parameters() if weight.dim() >= MATRIX)
        return weights * self._tokens

    def published_weights(self, flat: Tensor) -> dict[str, Tensor]:
        """The trained parameters by name; what was frozen is its base model's."""
        return {name: view.detach().cpu().clone() for name, view in views_of(flat, self.shapes).items()}

    def description(self) -> dict[str, Any]:
        return self._described | {"trained_parameters": sum(math.prod(shape) for shape in self.shapes.values())}
