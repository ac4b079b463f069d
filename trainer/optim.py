"""Optimizers on the one flat vector of weights, and how the learning rate changes.

These are the fused kernels that torch.optim.Adam, AdamW and SGD call with `fused=True` (a test compares them bit for
bit). Called directly they spare a small model a fifth of each step, and a cold start the import of torch's compiler.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from trainer.recipes.parameters import TrainingParameters

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


class Optimizer:
    """Moves `weights` against `gradient`; `moments` is all that it remembers."""

    def __init__(self, weights: Tensor, gradient: Tensor, p: TrainingParameters) -> None:
        self._weights, self._gradient, self._p = weights, gradient, p
        self.rate = p.learning_rate
        self.moments = {"step": torch.zeros((), device=weights.device)}
        names = ("momentum",) if p.optimizer == "sgd" else ("exp_avg", "exp_avg_sq")
        self.moments |= {name: torch.zeros_like(weights) for name in names}
        self._step = self._sgd if p.optimizer == "sgd" else self._adam
        self._fused = torch._fused_adamw_ if p.optimizer == "adamw" else torch._fused_adam_

    def step(self) -> None:
        self.moments["step"].add_(1)
        self._step()

    def _adam(self) -> None:
        moments = self.moments
        self._fused(
            [self._weights],
            [self._gradient],
            [moments["exp_avg"]],
            [moments["exp_avg_sq"]],
            [],
            [moments["step"]],
            lr=self.rate,
            beta1=BETA1,
            beta2=BETA2,
            weight_decay=self._p.weight_decay,
            eps=EPSILON,
            amsgrad=False,
            maximize=False,
        )

    def _sgd(self) -> None:
        torch._fused_sgd_(
            [self._weights],
            [self._gradient],
            [self.moments["momentum"]] if self._p.momentum else [],
            weight_decay=self._p.weight_decay,
            momentum=self._p.momentum,
            lr=self.rate,
            dampening=0.0,
            nesterov=False,
            maximize=False,
            is_first_step=False,  # the momentum begins at zero, which is the same
        )


def learning_rate(p: TrainingParameters, step: int, steps: int) -> float:
    """The learning rate of step `step` (from 0) out of `steps`."""
    share = step / max(1, steps)
    if p.schedule == "cosine":
        return p.learning_rate * 0.5 * (1.0 + math.cos(math.pi * share))
    if p.schedule == "step":
        return p.learning_rate * 0.1 ** int(share * 3)
    if p.schedule == "warm-up":
        return p.learning_rate * min(1.0, (step + 1) / max(1.0, p.warm_up * steps))
    return p.learning_rate
