"""What training makes small, and what the network's outputs mean: by task, not by recipe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the customary name
from torch import Tensor

from trainer.data.columns import Ints
from trainer.data.target import Target
from trainer.recipes.parameters import TrainingParameters


@dataclass(frozen=True)
class Objective:
    """A loss on outputs and targets; numbers are learnt standardized by the training part's center and scale."""

    loss: Callable[[Tensor, Tensor], Tensor]
    slope: Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]  # the loss and its gradient by the outputs
    targets: Tensor  # of every row
    center: float = 0.0
    scale: float = 1.0

    def readable(self, outputs: Tensor) -> Tensor:
        """Outputs in the target's own unit (logits stay as they are)."""
        return outputs * self.scale + self.center if self.scale != 1.0 or self.center else outputs


def objective_of(target: Target, rows: Ints, parameters: TrainingParameters, device: torch.device) -> Objective:
    """The loss that the parameters ask for, with what it learns from the training rows."""
    parameters.check_task(target.task)
    if target.task == "classification":
        return _classification(target, rows, weighted=parameters.class_weighting, device=device)
    return _regression(
        target, rows, getattr(parameters, "loss", "auto"), getattr(parameters, "huber_delta", 1.0), device
    )


def _classification(target: Target, rows: Ints, *, weighted: bool, device: torch.device) -> Objective:
    weights = None
    wanted = torch.eye(target.outputs, device=device)
    if weighted:
        counts = np.bincount(target.values[rows].astype(np.int64), minlength=target.outputs)
        balanced = [len(rows) / (count * np.count_nonzero(counts)) if count else 0.0 for count in counts.tolist()]
        weights = torch.tensor(balanced, dtype=torch.float32, device=device)

    def loss(outputs: Tensor, targets: Tensor) -> Tensor:
        return F.cross_entropy(outputs, targets, weights)

    def slope(outputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        likely = torch.log_softmax(outputs, 1)
        value = F.nll_loss(likely, targets, weights)
        gradient = likely.exp_().sub_(wanted.index_select(0, targets))
        if weights is None:
            return value, gradient.div_(len(targets))
        counted = weights[targets]
        return value, gradient.mul_((counted / counted.sum())[:, None])

    return Objective(loss, slope, torch.from_numpy(target.values.astype(np.int64)).to(device))


def _regression(target: Target, rows: Ints, chosen: str, delta: float, device: torch.device) -> Objective:
    center, scale = float(target.values[rows].mean()), float(target.values[rows].std())
    scale = scale if np.isfinite(scale) and scale > 1e-12 * max(1.0, abs(center)) else 1.0

    def loss(outputs: Tensor, targets: Tensor) -> Tensor:
        predicted = outputs[:, 0]
        if chosen == "mae":
            return F.l1_loss(predicted, targets)
        if chosen == "huber":
            return F.huber_loss(predicted, targets, delta=delta)
        return F.mse_loss(predicted, targets)

    def slope(outputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        gradient = _by_error(outputs[:, 0] - targets, chosen, delta)
        return loss(outputs, targets), (gradient / len(targets))[:, None]

    standardized = ((target.values - center) / scale).astype(np.float32)
    return Objective(loss, slope, torch.from_numpy(standardized).to(device), center, scale)


def _by_error(error: Tensor, chosen: str, delta: float) -> Tensor:
    if chosen == "mae":
        return error.sign()
    return error.clamp(-delta, delta) if chosen == "huber" else error * 2
