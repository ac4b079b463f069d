"""One model while it learns: its network, optimizer, and everything that a checkpoint must hold of it."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from trainer import seeding
from trainer.contract import N_
from trainer.data.feed import Feed
from trainer.descent import Descent, Tell
from trainer.distributed import ALONE, Ranks
from trainer.failures import TrainingError
from trainer.network import Trainable
from trainer.objectives import Looks, Objective
from trainer.optim import Optimizer, clip, learning_rate, norm_of
from trainer.precision import Precision
from trainer.recipes.parameters import TrainingParameters
from trainer.seeding import derive, torch_generator

EVALUATION_ROWS, EVALUATION_WORK = 4096, 4_000_000_000  # at a time: rows, and multiplications


class Learner:
    """Steps through epochs; `tensors` and `state` are the whole of it, so a copy goes on bit for bit."""

    def __init__(
        self,
        network: Trainable,
        objective: Objective,
        feed: Feed,
        train: Tensor,
        parameters: TrainingParameters,
        *,
        epochs: int,
        seed: int,
        precision: Precision | None = None,
        ranks: Ranks = ALONE,
        tell: Tell = lambda _: None,
    ) -> None:
        self.network, self.objective, self.train = network, objective, train
        self.parameters, self.epochs, self.seed = parameters, epochs, seed
        self.feed = network.prepared(feed)
        self.precision = precision or Precision(feed.device)
        self.steps_per_epoch = math.ceil(len(train) / parameters.batch_size)
        self.epoch = self.step = 0  # completed epochs, and completed steps of the one under way
        self.loss_sum = torch.zeros((), device=feed.device)
        network.initialise(torch_generator(seed, "weights"))
        self.best = _copies(network.vectors)
        self.best_loss, self.best_epoch = math.inf, 0
        self.average = _copies(network.vectors) if parameters.average else None
        torch.manual_seed(derive(seed, "dropout", *([ranks.rank] if ranks.rank else [])))
        self.descend = Descent(
            network, objective, self.feed, self.precision, ranks=ranks, tell=tell, compiled=parameters.compiled,
            part=math.ceil(parameters.batch_size / parameters.accumulation),
        )  # fmt: skip
        self._ranks = ranks
        self._together = ranks if network.sharded else ALONE  # with whom weights are shared out
        names, weights, gradients, decaying = zip(*network.pieces(), strict=True)
        self._gradients = list(gradients)
        self._optimizer = Optimizer(weights, gradients, parameters, decaying, names)
        self._order = self._shuffled()

    @property
    def steps(self) -> int:
        return self.epoch * self.steps_per_epoch + self.step

    @property
    def finished(self) -> bool:
        patience = self.parameters.patience
        waited = self.parameters.early_stopping and self.best_epoch > 0 and self.epoch - self.best_epoch >= patience
        return self.epoch >= self.epochs or waited

    def learn(self) -> None:
        """One step on the next batch."""
        p = self.parameters
        if p.schedule != "constant":
            self._optimizer.rate = learning_rate(p, self.steps, self.epochs * self.steps_per_epoch)
        rows = self.batch(self.step)
        if self.step + 1 < self.steps_per_epoch:
            self.descend.announce(self.batch(self.step + 1))
        self.loss_sum += self.descend(rows)
        if self.precision.settled(self._gradients, self._together):
            if p.gradient_clip:
                clip(self._gradients, p.gradient_clip, self._norm())
            self._optimizer.step()
            for average, weights in zip(self.average or (), self.network.vectors, strict=False):
                average.lerp_(weights, 1.0 - kept(p.average, self.steps))
        self.step += 1

    def _norm(self) -> Tensor:
        """The length of the whole gradient, wherever its pieces are."""
        norm = norm_of(self._gradients)
        if self._together.count == 1:
            return norm
        square = norm.square()
        self._together.add_up(square)
        return square.sqrt()

    def batch(self, step: int) -> Tensor:
        """The rows of a step of this epoch."""
        return self._order[step * self.parameters.batch_size : (step + 1) * self.parameters.batch_size]

    def end_epoch(self) -> float:
        """The mean training loss; TrainingError when it is no number any more."""
        loss = float(self.loss_sum) / self.steps_per_epoch
        if not math.isfinite(loss):
            raise astray(self.epoch + 1)
        self.loss_sum.zero_()
        self.epoch, self.step = self.epoch + 1, 0
        if self.epoch < self.epochs:
            self._order = self._shuffled()
        return loss

    @contextlib.contextmanager
    def averaged(self) -> Iterator[None]:
        """For a while the network has the averaged weights, where an average is kept."""
        if self.average is None:
            yield
            return
        own = _copies(self.network.vectors)
        _copy(self.average, self.network.vectors)
        try:
            yield
        finally:
            _copy(own, self.network.vectors)

    def judge(self, validation_loss: float) -> None:
        """Keep the weights with the lowest validation loss; TrainingError when it is no number any more."""
        if not math.isfinite(validation_loss):
            raise astray(self.epoch)
        if validation_loss < self.best_loss:
            self.best_loss, self.best_epoch = validation_loss, self.epoch
            _copy(self.average or self.network.vectors, self.best)

    def settle(self) -> None:
        """Training is over: with early stopping the best weights are the ones that stay, else the averaged ones.

        TrainingError where the last step led astray, which no loss has told yet.
        """
        if self.parameters.early_stopping and self.best_epoch:
            _copy(self.best, self.network.vectors)
        elif self.average is not None:
            _copy(self.average, self.network.vectors)
        if not all(bool(weights.isfinite().all()) for weights in self.network.vectors):
            raise astray(self.epoch)

    @torch.no_grad()
    def outputs(self, rows: Tensor, feed: Feed | None = None) -> Tensor:
        """What evaluation keeps of those rows (rows × columns), of another feed for a change."""
        if isinstance(self.objective, Looks):
            with self.precision.layers():
                self.objective.look(self.network)
        if feed is not None or not self._ranks.shares(rows):
            return self._told(rows, feed or self.feed)
        mine = self._ranks.mine(rows)
        with self._together.watched():  # where passes gather weights, every process makes as many
            told = self._told(self._ranks.even(rows) if self.network.sharded else mine, self.feed)
        return self._ranks.together(told[: len(mine)], len(rows))

    def _told(self, rows: Tensor, feed: Feed) -> Tensor:
        found = []
        for part in torch.split(rows, self._rows_at_a_time()):
            inputs = feed.take(part)
            with self.precision.layers():
                outputs = self.network(inputs).float()
            found.append(self.objective.told(outputs, self.objective.wanted(part, inputs)))
        return torch.cat(found) if found else torch.empty((0, 1), device=rows.device)

    def _rows_at_a_time(self) -> int:
        affordable = EVALUATION_WORK // max(1, self.network.multiplications)
        return max(1, self.descend.part, min(EVALUATION_ROWS, affordable))

    @torch.no_grad()
    def loss_of(self, told: Tensor, rows: Tensor) -> float:
        """The loss of what `outputs` told of those rows, in the unit of training."""
        return self.objective.loss_of(told, rows)

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """Everything that the next step depends on."""
        tensors = {"loss_sum": self.loss_sum, **seeding.states(self.feed.device)}
        tensors |= self._named("flat", self.network.vectors)
        if self.best_epoch:
            tensors |= self._named("best", self.best)
        tensors |= self._named("average", self.average or [])
        tensors |= {f"optimizer.{name}": value for name, value in self._optimizer.moments.items()}
        numbers: dict[str, Any] = {name: getattr(self, name) for name in ("epoch", "step", "best_epoch")}
        numbers |= {"part": self.descend.part, "scale": self.precision.scale, "good": self.precision.good}
        return tensors, numbers | {"best_loss": self.best_loss if self.best_epoch else None}

    def restore(self, tensors: dict[str, Tensor], numbers: dict[str, Any]) -> None:
        """Go on exactly where `state` was taken."""
        self.epoch, self.step, self.best_epoch = numbers["epoch"], numbers["step"], numbers["best_epoch"]
        self.best_loss = math.inf if numbers["best_loss"] is None else numbers["best_loss"]
        self.descend.part, self.precision.scale, self.precision.good = (numbers[n] for n in ("part", "scale", "good"))
        self.loss_sum.copy_(tensors["loss_sum"])
        kept = self._named("flat", self.network.vectors) | self._named("average", self.average or [])
        kept |= {f"optimizer.{name}": value for name, value in self._optimizer.moments.items()}
        for name, value in kept.items():
            value.copy_(tensors[name])
        for name, value in self._named("best", self.best).items():
            value.copy_(tensors.get(name, tensors[name.replace("best", "flat", 1)]))
            if name not in tensors:  # before, only early stopping kept them: the best from here on, then
                self.best_loss, self.best_epoch = math.inf, 0
        if self._ranks.rank:  # the state is the leading rank's; two ranks must not leave out the same neurons
            torch.manual_seed(derive(self.seed, "dropout", self._ranks.rank, self.steps))
        else:
            seeding.take_up(tensors, self.feed.device)
        self._order = self._shuffled()

    def _named(self, kept: str, vectors: list[Tensor]) -> dict[str, Tensor]:
        return {kept + name: vector for name, vector in zip(self.network.names, vectors, strict=False)}

    def _shuffled(self) -> Tensor:
        """This epoch's rows; their order follows from the seed, so no checkpoint needs to hold it."""
        generator = torch_generator(self.seed, "order", self.epoch)
        return self.train[torch.randperm(len(self.train), generator=generator).to(self.train.device)]


def kept(average: float, steps: int) -> float:
    """How much of the average a step keeps that so many were before: little at first, or it would stay at random.

    As TensorFlow's ExponentialMovingAverage has it, with `num_updates`.
    """
    return min(average, (1 + steps) / (10 + steps))


def _copies(vectors: list[Tensor]) -> list[Tensor]:
    return [vector.clone() for vector in vectors]


def _copy(source: list[Tensor], into: list[Tensor]) -> None:
    for own, other in zip(into, source, strict=True):
        own.copy_(other)


def astray(epoch: int) -> TrainingError:
    """Numbers have left what a float can hold."""
    return TrainingError(
        "numeric",
        N_("The loss became infinite or undefined in epoch %(epoch)s."),
        N_("Choose a smaller learning rate, or scale the fields."),
        epoch=epoch,
    )
