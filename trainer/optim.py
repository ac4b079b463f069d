"""Optimizers on vectors of weights, and how the learning rate changes.

Adam, AdamW and SGD are the fused kernels that torch.optim calls with `fused=True` (a test compares them bit for bit).
Called directly they spare a small model a fifth of each step, and a cold start the import of torch's compiler.
Lion: Chen et al., Symbolic Discovery of Optimization Algorithms (2023), algorithm 2.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from trainer.recipes.parameters import TrainingParameters

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8
LION_BETA2 = 0.99
FIRST, LAST = 1 / 25, 1 / 10_000  # of a one-cycle schedule, as shares of the highest rate
RISING = 0.3  # the share of a one-cycle schedule in which the rate grows
MOMENTS = {"sgd": ("momentum",), "lion": ("exp_avg",)}


class Optimizer:
    """Moves `weights` against `gradients`; `moments` is all that it remembers. Of the vectors some may not decay."""

    def __init__(
        self,
        weights: Sequence[Tensor],
        gradients: Sequence[Tensor],
        p: TrainingParameters,
        decaying: Sequence[bool] | None = None,
        names: Sequence[str] | None = None,
    ) -> None:
        self._weights, self._gradients, self._p = list(weights), list(gradients), p
        self._decay = [p.weight_decay if yes else 0.0 for yes in decaying or [True] * len(self._weights)]
        self._names = names or [f".{place}" if place else "" for place in range(len(self._weights))]
        self.rate = p.learning_rate
        self._beta1 = getattr(p, "beta1", BETA1)  # which few recipes let people choose
        device = self._weights[0].device
        self._count = torch.zeros((), device=device)
        moments = MOMENTS.get(p.optimizer, ("exp_avg", "exp_avg_sq"))
        self._kept = {name: [torch.zeros_like(vector) for vector in self._weights] for name in moments}
        self._step = {"sgd": self._sgd, "lion": self._lion}.get(p.optimizer, self._adam)
        self._fused = torch._fused_adamw_ if p.optimizer == "adamw" else torch._fused_adam_

    @property
    def moments(self) -> dict[str, Tensor]:
        """By name and the vectors' own; without names those of the second vector and further have its number."""
        kept = {
            name + own: vector
            for name, vectors in self._kept.items()
            for own, vector in zip(self._names, vectors, strict=True)
        }
        return {"step": self._count, **kept}

    def step(self) -> None:
        self._count.add_(1)
        for place, weights in enumerate(self._weights):
            self._step(weights, self._gradients[place], place)

    def _adam(self, weights: Tensor, gradient: Tensor, place: int) -> None:
        self._fused(
            [weights],
            [gradient],
            [self._kept["exp_avg"][place]],
            [self._kept["exp_avg_sq"][place]],
            [],
            [self._count],
            lr=self.rate,
            beta1=self._beta1,
            beta2=BETA2,
            weight_decay=self._decay[place],
            eps=EPSILON,
            amsgrad=False,
            maximize=False,
        )

    def _sgd(self, weights: Tensor, gradient: Tensor, place: int) -> None:
        torch._fused_sgd_(
            [weights],
            [gradient],
            [self._kept["momentum"][place]] if self._p.momentum else [],
            weight_decay=self._decay[place],
            momentum=self._p.momentum,
            lr=self.rate,
            dampening=0.0,
            nesterov=False,
            maximize=False,
            is_first_step=False,  # the momentum begins at zero, which is the same
        )

    def _lion(self, weights: Tensor, gradient: Tensor, place: int) -> None:
        average = self._kept["exp_avg"][place]
        direction = torch.lerp(gradient, average, BETA1).sign_()
        weights.mul_(1.0 - self.rate * self._decay[place]).sub_(direction, alpha=self.rate)
        average.lerp_(gradient, 1.0 - LION_BETA2)


def learning_rate(p: TrainingParameters, step: int, steps: int) -> float:
    """The learning rate of step `step` (from 0) out of `steps`."""
    share = step / max(1, steps)
    warm = max(1.0, p.warm_up * steps)
    if p.schedule == "cosine":
        return p.learning_rate * _falling(share)
    if p.schedule == "step":
        return p.learning_rate * 0.1 ** int(share * 3)
    if p.schedule == "warm-up":
        return p.learning_rate * min(1.0, (step + 1) / warm)
    if p.schedule == "warm-up-cosine":
        rising = step + 1 < warm
        return p.learning_rate * ((step + 1) / warm if rising else _falling((step + 1 - warm) / (steps - warm + 1)))
    if p.schedule == "one-cycle":
        return p.learning_rate * _one_cycle(share)
    return p.learning_rate


def _falling(share: float) -> float:
    """Half a cosine from 1 to 0."""
    return 0.5 * (1.0 + math.cos(math.pi * share))


def _one_cycle(share: float) -> float:
    """Up to the highest rate and down below where it began; after Smith and Topin, Super-Convergence (2018)."""
    if share < RISING:
        return FIRST + (1.0 - FIRST) * (1.0 - _falling(share / RISING))
    return FIRST * LAST + (1.0 - FIRST * LAST) * _falling((share - RISING) / (1.0 - RISING))


def norm_of(gradients: Sequence[Tensor]) -> Tensor:
    """The length of the gradient as one vector."""
    norm: Tensor = torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(one) for one in gradients]))
    return norm


def clip(gradients: Sequence[Tensor], longest: float, norm: Tensor | None = None) -> None:
    """Shorten the gradient to that length where it is longer (Pascanu et al., 2013, algorithm 1).

    `norm` is its length where more belongs to it than these vectors.
    """
    share = (longest / ((norm_of(gradients) if norm is None else norm) + 1e-6)).clamp(max=1.0)
    for gradient in gradients:
        gradient.mul_(share)
