"""What training makes small, and what is kept of the network's outputs: by task, not by recipe."""

from __future__ import annotations

import math
from typing import Protocol, runtime_checkable

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the customary name
from torch import Tensor

from trainer.data.columns import Ints
from trainer.data.feed import Inputs
from trainer.data.target import Target
from trainer.network import Trainable
from trainer.recipes.parameters import TrainingParameters
from trainer.recipes.program import Source

IGNORED = -100  # a token that is read and not predicted, as torch's cross-entropy counts it


class Objective(Protocol):
    """A loss is a mean: over rows, over rows by the weight of their class, or over tokens."""

    def wanted(self, rows: Tensor, inputs: Inputs) -> Tensor:
        """The targets of those rows, whose inputs these are."""

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """The mean loss."""

    def mass(self, targets: Tensor) -> float:
        """How much that mean is a mean of: parts of a batch count in a batch by their mass."""

    def told(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """What evaluation keeps of each row (rows × columns)."""

    def loss_of(self, told: Tensor, rows: Tensor) -> float:
        """The loss again, from what was kept of those rows."""


@runtime_checkable
class Looks(Protocol):
    """An objective that must look at the network before it tells of rows: at all candidates of an answer, say."""

    def look(self, network: Trainable) -> None:
        """Asked without gradients, before rows are judged."""


@runtime_checkable
class Compares(Protocol):
    """An objective by which a row's loss depends on the rows beside it: in parts, a batch teaches something else."""

    def compared(self) -> str:
        """With what of the rows beside it each row is compared."""


@runtime_checkable
class Sets(Protocol):
    """A source whose task is learnt by a loss of its own."""

    def objective(self, rows: Ints, parameters: TrainingParameters, device: torch.device) -> Objective:
        """With what it learns from the training rows."""


class ByClass:
    """Cross-entropy; where classes are balanced, each counts by the inverse of how often it is seen in training."""

    def __init__(self, target: Target, rows: Ints, *, weighted: bool, device: torch.device) -> None:
        self._targets = torch.from_numpy(target.values.astype(np.int64)).to(device)
        self._one_hot = torch.eye(target.outputs, device=device)
        self._weights = None
        if weighted:
            counts = np.bincount(target.values[rows].astype(np.int64), minlength=target.outputs)
            balanced = [len(rows) / (count * np.count_nonzero(counts)) if count else 0.0 for count in counts.tolist()]
            self._weights = torch.tensor(balanced, dtype=torch.float32, device=device)

    def wanted(self, rows: Tensor, inputs: Inputs) -> Tensor:
        return self._targets.index_select(0, rows)

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        return F.cross_entropy(outputs, targets, self._weights)

    def slope(self, outputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        likely = torch.log_softmax(outputs, 1)
        value = F.nll_loss(likely, targets, self._weights)
        gradient = likely.exp_().sub_(self._one_hot.index_select(0, targets))
        if self._weights is None:
            return value, gradient.div_(len(targets))
        counted = self._weights[targets]
        return value, gradient.mul_((counted / counted.sum())[:, None])

    def mass(self, targets: Tensor) -> float:
        return float(len(targets)) if self._weights is None else float(self._weights[targets].sum())

    def told(self, outputs: Tensor, targets: Tensor) -> Tensor:
        return outputs

    def loss_of(self, told: Tensor, rows: Tensor) -> float:
        """Rows of classes that training never saw weigh nothing; where there are no others, all weigh alike."""
        targets = self._targets.index_select(0, rows)
        weighed = self.mass(targets) > 0
        return float(self.loss(told, targets) if weighed else F.cross_entropy(told, targets))


class ByError:
    """Squared, absolute or Huber's error of numbers that are learnt standardized by the training part."""

    def __init__(self, target: Target, rows: Ints, chosen: str, delta: float, device: torch.device) -> None:
        center, scale = float(target.values[rows].mean()), float(target.values[rows].std())
        self.center = center
        self.scale = scale if math.isfinite(scale) and scale > 1e-12 * max(1.0, abs(center)) else 1.0
        self._chosen, self._delta = chosen, delta
        self._targets = torch.from_numpy(((target.values - center) / self.scale).astype(np.float32)).to(device)

    def wanted(self, rows: Tensor, inputs: Inputs) -> Tensor:
        return self._targets.index_select(0, rows)

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        predicted = outputs[:, 0]
        if self._chosen == "mae":
            return F.l1_loss(predicted, targets)
        if self._chosen == "huber":
            return F.huber_loss(predicted, targets, delta=self._delta)
        return F.mse_loss(predicted, targets)

    def slope(self, outputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        gradient = self._by_error(outputs[:, 0] - targets)
        return self.loss(outputs, targets), (gradient / len(targets))[:, None]

    def mass(self, targets: Tensor) -> float:
        return float(len(targets))

    def told(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """In the target's own unit."""
        return outputs * self.scale + self.center

    def loss_of(self, told: Tensor, rows: Tensor) -> float:
        return float(self.loss((told - self.center) / self.scale, self._targets.index_select(0, rows)))

    def _by_error(self, error: Tensor) -> Tensor:
        if self._chosen == "mae":
            return error.sign()
        return error.clamp(-self._delta, self._delta) if self._chosen == "huber" else error * 2


class ByToken:
    """Cross-entropy of each next token. A row's inputs are its tokens, and which of them are to be predicted.

    `inputs` are tokens (rows × length + 1) and a mask of the same shape, or None where every token is predicted.
    """

    def wanted(self, rows: Tensor, inputs: Inputs) -> Tensor:
        tokens, mask = inputs
        following = tokens[:, 1:].long()
        return following if mask is None else torch.where(mask[:, 1:].bool(), following, IGNORED)

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        return F.cross_entropy(outputs.flatten(0, 1), targets.flatten(), ignore_index=IGNORED)

    def mass(self, targets: Tensor) -> float:
        return float((targets != IGNORED).sum())

    def told(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Of each row: the sum of its tokens' losses in nats, how many they are, and how many were the likeliest."""
        losses = F.cross_entropy(outputs.transpose(1, 2), targets, ignore_index=IGNORED, reduction="none")
        hits = (outputs.argmax(2) == targets).sum(1)
        return torch.stack([losses.sum(1), (targets != IGNORED).sum(1).float(), hits.float()], 1)

    def loss_of(self, told: Tensor, rows: Tensor) -> float:
        return float(told[:, 0].sum() / told[:, 1].sum().clamp(min=1))


def objective_for(source: Source, rows: Ints, parameters: TrainingParameters, device: torch.device) -> Objective:
    """The source's own loss, or that of its task."""
    if isinstance(source, Sets):
        return source.objective(rows, parameters, device)
    return objective_of(source.target, rows, parameters, device)


def objective_of(target: Target, rows: Ints, parameters: TrainingParameters, device: torch.device) -> Objective:
    """The loss that the parameters ask for, with what it learns from the training rows."""
    if target.task == "language":
        return ByToken()
    parameters.check_task(target.task)
    if target.task == "classification":
        return ByClass(target, rows, weighted=parameters.class_weighting, device=device)
    chosen, delta = getattr(parameters, "loss", "auto"), getattr(parameters, "huber_delta", 1.0)
    return ByError(target, rows, chosen, delta, device)
