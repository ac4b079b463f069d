"""Integrated Gradients: how much each input brought a model's answer away from the answer to a baseline.

Sundararajan, Taly and Yan, Axiomatic Attribution for Deep Networks, ICML 2017, section 3: the attributions of a row sum
up to the difference of the two answers ("completeness"). These few lines equal captum's IntegratedGradients, which
takes seconds to import: too long for a training of one second, or for the first answer of a model. captum is used where
a base model answers, whose own libraries take longer still.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

Score = Callable[[Tensor], Tensor]  # of rows, one number each


def integrated_gradients(score: Score, inputs: Tensor, baseline: Tensor, steps: int) -> Tensor:
    """As large as `inputs`; the integral is Gauss and Legendre's, over so many places between the two."""
    places, weights = np.polynomial.legendre.leggauss(steps)
    way, mean = inputs - baseline, torch.zeros_like(inputs)
    with torch.enable_grad():
        for place, weight in zip(places.tolist(), weights.tolist(), strict=True):
            between = (baseline + (1 + place) / 2 * way).detach().requires_grad_()
            (slope,) = torch.autograd.grad(score(between).sum(), between)
            mean += weight / 2 * slope
    return mean * way


def likelihood(outputs: Tensor, classes: Tensor) -> Tensor:
    """The probability of each row's class; the number itself where there is but one output."""
    if outputs.shape[1] == 1:
        return outputs[:, 0]
    return torch.softmax(outputs, 1).gather(1, classes[:, None])[:, 0]


class Vectors:
    """The layer that knows tokens' vectors, in whose place others can be given."""

    def __init__(self, layer: torch.nn.Module) -> None:
        self._layer = layer

    def of(self, tokens: Tensor) -> Tensor:
        found: Tensor = self._layer(tokens.long())
        return found.detach()

    def taking(self, vectors: Tensor) -> Any:
        """A handle that gives the layer back at its end; the layer answers with those vectors until then."""
        return self._layer.register_forward_hook(lambda *_: vectors)
