"""Optimizers on the one flat vector of weights, and how the learning rate changes."""

from __future__ import annotations

import math

import torch

from trainer.recipes.parameters import TrainingParameters


def optimizer_of(flat: torch.nn.Parameter, p: TrainingParameters) -> torch.optim.Optimizer:
    """Fused: one pass over weights, gradient and moments per step."""
    if p.optimizer == "sgd":
        return torch.optim.SGD([flat], lr=p.learning_rate, momentum=p.momentum, weight_decay=p.weight_decay, fused=True)
    if p.optimizer == "adamw":
        return torch.optim.AdamW([flat], lr=p.learning_rate, weight_decay=p.weight_decay, fused=True)
    return torch.optim.Adam([flat], lr=p.learning_rate, weight_decay=p.weight_decay, fused=True)


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
