"""The gradient of a batch: by hand or by autograd, whole or in parts, by one process or shared by several."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from trainer import memory
from trainer.chain import Chain
from trainer.contract import N_, Log
from trainer.data.feed import Feed
from trainer.distributed import ALONE, Ranks
from trainer.network import Trainable
from trainer.objectives import Objective
from trainer.precision import Precision

SHORT = N_("Memory was short: each batch is now computed in parts of %(rows)s rows, with the same result.")
Tell = Callable[[Log], None]


class Descent:
    """Called with the rows of a batch: leaves their gradient in the network's vector and returns their loss.

    A loss is a mean, so parts count by their mass, whether they are computed one after the other or elsewhere.
    """

    def __init__(
        self,
        network: Trainable,
        objective: Objective,
        feed: Feed,
        precision: Precision,
        *,
        part: int,
        compiled: bool = False,
        ranks: Ranks = ALONE,
        tell: Tell = lambda _: None,
    ) -> None:
        self.part = part  # rows computed at a time
        self._network, self._objective, self._feed = network, objective, feed
        self._precision, self._ranks, self._tell = precision, ranks, tell
        self._chain = Chain.of(network, objective) if precision.short is None else None
        self._compute = torch.compile(network.__call__) if compiled else network.__call__

    def __call__(self, rows: Tensor) -> Tensor:
        mine = self._ranks.mine(rows)
        while True:
            try:
                loss, mass = self._own(mine, len(rows))
                break
            except (MemoryError, RuntimeError) as error:
                if not memory.exhausted(error) or self.part == 1:
                    raise
            self.part, self._chain = math.ceil(min(self.part, len(mine)) / 2), None
            memory.release(self._feed.device)
            self._tell(Log(level="warning", text=SHORT, params={"rows": self.part}))
        return loss if mass is None else self._averaged(loss, mass)

    def _own(self, rows: Tensor, batch: int) -> tuple[Tensor, float | None]:
        """The loss of this process' rows and their mass; None where they are the whole and a mean already."""
        whole = self._ranks.count == 1
        if self._chain is not None and self.part >= len(rows) > 0:
            return self._by_hand(self._chain, rows, None if whole else batch)
        self._network.gradient.zero_()
        parts = torch.split(rows, self.part) if len(rows) else ()
        if whole and len(parts) == 1:
            return self._by_autograd(rows, None)
        loss, mass = torch.zeros((), device=rows.device), 0.0
        for part in parts:
            own, share = self._by_autograd(part, batch)
            loss, mass = loss + own, mass + (share or 0.0)
        return loss, mass

    def _by_hand(self, chain: Chain, rows: Tensor, batch: int | None) -> tuple[Tensor, float | None]:
        with torch.inference_mode():  # no gradient is asked of autograd, so its bookkeeping can rest
            numbers, _ = self._feed.take(rows)
            wanted = self._objective.wanted(rows, (numbers, None))
            loss = chain.descend(numbers, wanted)
            if batch is None:
                return loss, None
            mass = self._objective.mass(wanted) / batch
            self._network.gradient.mul_(mass)
            return loss * mass, mass

    def _by_autograd(self, rows: Tensor, batch: int | None) -> tuple[Tensor, float | None]:
        inputs = self._feed.take(rows)
        wanted = self._objective.wanted(rows, inputs)
        with self._precision.layers():
            outputs = self._compute(inputs, training=True)
        loss = self._objective.loss(outputs.float(), wanted)
        mass = None if batch is None else self._objective.mass(wanted) / batch
        if mass == 0.0:  # nothing of it is predicted: a mean of nothing is no number
            return torch.zeros_like(loss), mass
        torch.autograd.backward(loss * (self._precision.scale * (1.0 if mass is None else mass)))
        return loss.detach() * (1.0 if mass is None else mass), mass

    def _averaged(self, loss: Tensor, mass: float) -> Tensor:
        """Sums become means, over the parts of all processes."""
        totals = torch.tensor([float(loss), mass], dtype=torch.float64, device=self._network.gradient.device)
        self._ranks.add_up(self._network.gradient, totals)
        whole = float(totals[1]) or 1.0
        self._network.gradient.div_(whole)
        return (totals[0] / whole).float()
