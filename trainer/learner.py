"""One model while it learns: its network, optimizer, and everything that a checkpoint must hold of it."""

from __future__ import annotations

import contextlib
import math
from typing import Any

import torch
from torch import Tensor

from trainer.chain import Chain
from trainer.contract import N_
from trainer.failures import TrainingError
from trainer.network import Inputs, Network, views_of
from trainer.objectives import Objective
from trainer.optim import Optimizer, learning_rate
from trainer.recipes.parameters import TrainingParameters
from trainer.seeding import derive, torch_generator

EVALUATION_ROWS = 4096


class Learner:
    """Steps through epochs; `tensors` and `state` are the whole of it, so a copy goes on bit for bit."""

    def __init__(
        self,
        network: Network,
        objective: Objective,
        inputs: Inputs,
        train: Tensor,
        parameters: TrainingParameters,
        *,
        epochs: int,
        seed: int,
        autocast: torch.dtype | None = None,
    ) -> None:
        self.network, self.objective, self.inputs, self.train = network, objective, inputs, train
        self.parameters, self.epochs, self.seed = parameters, epochs, seed
        if network.frozen and inputs[1] is not None:  # fixed vectors of categories are looked up once
            self.inputs = (network.embed(inputs), None)
        self.steps_per_epoch = math.ceil(len(train) / parameters.batch_size)
        self.epoch = self.step = 0  # completed epochs, and completed steps of the one under way
        self.loss_sum = torch.zeros((), device=network.flat.device)
        self.best = network.flat.clone()
        self.best_loss, self.best_epoch = math.inf, 0
        self._autocast = autocast
        network.initialise(torch_generator(seed, "weights"))
        torch.manual_seed(derive(seed, "dropout"))
        self.gradient = torch.zeros_like(network.flat)
        self._chain = Chain(network, views_of(self.gradient, network.shapes)) if Chain.fits(network) else None
        self._optimizer = Optimizer(network.flat, self.gradient, parameters)
        self._order, self._targets = self._shuffled()

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
        if self.parameters.schedule != "constant":
            self._optimizer.rate = learning_rate(self.parameters, self.steps, self.epochs * self.steps_per_epoch)
        self.loss_sum += self.descend(*self.batch(self.step))
        self._optimizer.step()
        self.step += 1

    def descend(self, rows: Tensor, targets: Tensor) -> Tensor:
        """The loss of those rows; its gradient is left in the flat `gradient`."""
        numbers, codes = self.inputs
        if self._chain is not None:
            return self._chain.descend(numbers.index_select(0, rows), targets, self.objective.slope)
        batch = (numbers.index_select(0, rows), None if codes is None else codes.index_select(0, rows))
        with self._precision():
            outputs = self.network(batch, training=True)
        loss = self.objective.loss(outputs.float(), targets)
        gradients = torch.autograd.grad(loss, self.network.leaves)
        torch.cat([gradient.reshape(-1) for gradient in gradients], out=self.gradient)
        return loss.detach()

    def batch(self, step: int) -> tuple[Tensor, Tensor]:
        """Rows and targets of a step of this epoch."""
        begin, end = step * self.parameters.batch_size, (step + 1) * self.parameters.batch_size
        return self._order[begin:end], self._targets[begin:end]

    def mode(self) -> contextlib.AbstractContextManager[object]:
        """Where no gradient is asked of autograd, its bookkeeping is switched off for a while."""
        return contextlib.nullcontext() if self._chain is None else torch.inference_mode()

    def end_epoch(self) -> float:
        """The mean training loss; TrainingError when it is no number any more."""
        loss = float(self.loss_sum) / self.steps_per_epoch
        if not math.isfinite(loss):
            raise TrainingError(
                "numeric",
                N_("The loss became infinite or undefined in epoch %(epoch)s."),
                N_("Choose a smaller learning rate, or scale the fields."),
                epoch=self.epoch + 1,
            )
        self.loss_sum.zero_()
        self.epoch, self.step = self.epoch + 1, 0
        if self.epoch < self.epochs:
            self._order, self._targets = self._shuffled()
        return loss

    def judge(self, validation_loss: float) -> None:
        """Remember the weights with the lowest validation loss."""
        if validation_loss < self.best_loss:
            self.best_loss, self.best_epoch = validation_loss, self.epoch
            if self.parameters.early_stopping:
                self.best.copy_(self.network.flat)

    def settle(self) -> None:
        """Training is over: with early stopping the best weights are the ones that stay."""
        if self.parameters.early_stopping and self.best_epoch:
            self.network.flat.copy_(self.best)

    @torch.no_grad()
    def outputs(self, rows: Tensor, inputs: Inputs | None = None) -> Tensor:
        """Outputs for those rows in the target's own unit."""
        numbers, codes = self.inputs if inputs is None else inputs
        found = []
        for part in torch.split(rows, EVALUATION_ROWS):
            batch = (numbers.index_select(0, part), None if codes is None else codes.index_select(0, part))
            with self._precision():
                found.append(self.network(batch).float())
        empty = torch.empty((0, 1), device=rows.device)
        return self.objective.readable(torch.cat(found)) if found else empty

    @torch.no_grad()
    def loss_of(self, outputs: Tensor, rows: Tensor) -> float:
        """The loss of outputs for those rows, in the unit of training."""
        raw = (outputs - self.objective.center) / self.objective.scale
        return float(self.objective.loss(raw, self.objective.targets.index_select(0, rows)))

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """Everything that the next step depends on."""
        tensors = {"flat": self.network.flat, "loss_sum": self.loss_sum, "rng": torch.get_rng_state()}
        if self.network.flat.is_cuda:
            tensors["rng_cuda"] = torch.cuda.get_rng_state()
        if self.best_epoch and self.parameters.early_stopping:
            tensors["best"] = self.best
        tensors |= {f"optimizer.{name}": value for name, value in self._optimizer.moments.items()}
        numbers = {"epoch": self.epoch, "step": self.step, "best_epoch": self.best_epoch}
        return tensors, numbers | {"best_loss": self.best_loss if self.best_epoch else None}

    def restore(self, tensors: dict[str, Tensor], numbers: dict[str, Any]) -> None:
        """Go on exactly where `state` was taken."""
        self.epoch, self.step, self.best_epoch = numbers["epoch"], numbers["step"], numbers["best_epoch"]
        self.best_loss = math.inf if numbers["best_loss"] is None else numbers["best_loss"]
        self.network.flat.copy_(tensors["flat"])
        self.loss_sum.copy_(tensors["loss_sum"])
        self.best.copy_(tensors.get("best", tensors["flat"]))
        for name, value in self._optimizer.moments.items():
            value.copy_(tensors[f"optimizer.{name}"])
        torch.set_rng_state(tensors["rng"])
        if "rng_cuda" in tensors:
            torch.cuda.set_rng_state(tensors["rng_cuda"])
        self._order, self._targets = self._shuffled()

    def _shuffled(self) -> tuple[Tensor, Tensor]:
        """This epoch's rows and targets; their order follows from the seed, so no checkpoint needs to hold it."""
        generator = torch_generator(self.seed, "order", self.epoch)
        order = self.train[torch.randperm(len(self.train), generator=generator).to(self.train.device)]
        return order, self.objective.targets.index_select(0, order)

    def _precision(self) -> contextlib.AbstractContextManager[object]:
        if self._autocast is None:
            return contextlib.nullcontext()
        return torch.autocast(self.network.flat.device.type, self._autocast)
