"""Gradients of plain chains of layers, written out.

For a small fully connected network the autograd engine takes longer than the arithmetic. These layers are the
textbook's backward pass, writing straight into the flat gradient; a test compares every one with autograd. Networks
with other layers (convolutions, learnt embeddings, GELU) and GPUs use autograd.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from trainer.network import Call, Network, Trainable, views_of
from trainer.objectives import ByClass, ByError, Objective

Slope = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]


class Linear:
    """x Wᵀ + b."""

    def __init__(self, call: Call, network: Network, gradients: dict[str, Tensor]) -> None:
        weight, bias = (network.views[name].detach() for name in call["weights"])
        self._weight, self._transposed, self._bias = weight, weight.t(), bias
        self._to_weight, self._to_bias = (gradients[name] for name in call["weights"])
        self._input = weight

    def forward(self, value: Tensor) -> Tensor:
        self._input = value
        return torch.addmm(self._bias, value, self._transposed)

    def collect(self, slope: Tensor) -> None:
        torch.mm(slope.t(), self._input, out=self._to_weight)
        torch.sum(slope, 0, out=self._to_bias)

    def backward(self, slope: Tensor) -> Tensor:
        self.collect(slope)
        return torch.mm(slope, self._weight)


class Activation:
    """ReLU, tanh and sigmoid have slopes that follow from their outputs."""

    def __init__(self, call: Call, *_: Any) -> None:
        self._function = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}[call["call"]]
        self.backward = {"relu": self._relu, "tanh": self._tanh, "sigmoid": self._sigmoid}[call["call"]]
        self._output = torch.empty(0)

    def forward(self, value: Tensor) -> Tensor:
        self._output = self._function(value)
        return self._output

    def _relu(self, slope: Tensor) -> Tensor:
        return slope.mul_(self._output.sign_())  # no longer needed as it was

    def _tanh(self, slope: Tensor) -> Tensor:
        return slope.mul_(1 - self._output * self._output)

    def _sigmoid(self, slope: Tensor) -> Tensor:
        return slope.mul_(self._output * (1 - self._output))


class Dropout:
    """Zeroes at random and scales up what is left."""

    def __init__(self, call: Call, *_: Any) -> None:
        self._kept = 1.0 - call["options"]["p"]
        self._mask = torch.empty(0)

    def forward(self, value: Tensor) -> Tensor:
        self._mask = torch.empty_like(value).bernoulli_(self._kept).div_(self._kept)
        return value * self._mask

    def backward(self, slope: Tensor) -> Tensor:
        return slope.mul_(self._mask)


LAYERS = {"linear": Linear, "relu": Activation, "tanh": Activation, "sigmoid": Activation, "dropout": Dropout}


class Chain:
    """A whole network of such layers, which leaves the gradient in the network's own vector."""

    def __init__(self, network: Network, slope_of: Slope) -> None:
        gradients = views_of(network.gradient, network.shapes)
        self._slope_of = slope_of
        self._layers = [LAYERS[call["call"]](call, network, gradients) for call in network.calls]

    @classmethod
    def of(cls, network: Trainable, objective: Objective) -> Chain | None:
        """None for a network that has other layers, or that is on a GPU."""
        if not isinstance(network, Network) or not isinstance(objective, ByClass | ByError):
            return None
        learnt = any(name in network.views for name in network.embeddings)
        plain = all(call["call"] in LAYERS for call in network.calls) and network.calls[0]["call"] == "linear"
        on_cpu = network.flat.device.type == "cpu"
        return cls(network, objective.slope) if plain and on_cpu and not learnt else None

    def descend(self, value: Tensor, targets: Tensor) -> Tensor:
        """The loss; every gradient is written where it belongs. No tensor here is known to autograd."""
        for layer in self._layers:
            value = layer.forward(value)
        loss, slope = self._slope_of(value, targets)
        first, *others = self._layers
        for layer in reversed(others):
            slope = layer.backward(slope)
        first.collect(slope)
        return loss
