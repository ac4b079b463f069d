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
from trainer.devices import finest
from trainer.distributed import ALONE, Ranks
from trainer.network import Trainable
from trainer.objectives import Compares, Objective
from trainer.precision import Precision

SHORT = N_("Memory was short: each batch is now computed in parts of %(rows)s rows, with the same result.")
APART = N_(
    "Memory was short: each batch is now computed in parts of %(rows)s rows. Rows are compared within their part "
    "alone, so what is learnt differs somewhat."
)
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
        self._sums = finest(feed.device)
        self._chain = Chain.of(network, objective) if precision.short is None else None
        self._compute = torch.compile(network.__call__) if compiled else network.__call__

    def announce(self, rows: Tensor) -> None:
        """That batch comes soon: of it this process will take its own rows, part by part."""
        mine = self._ranks.mine(rows)
        if len(mine):
            self._feed.announce(mine[: self.part])

    def __call__(self, rows: Tensor) -> Tensor:
        mine = self._ranks.mine(rows)
        if self._network.sharded:
            with self._ranks.watched():
                return self._averaged(*self._in_step(mine, rows))
        while True:
            try:
                loss, mass = self._own(mine, len(rows))
                break
            except (MemoryError, RuntimeError) as error:
                if not memory.exhausted(error) or self.part == 1:
                    raise
            self.part, self._chain = math.ceil(min(self.part, len(mine)) / 2), None
            memory.release(self._feed.device)
            text = APART if isinstance(self._objective, Compares) else SHORT
            self._tell(Log(level="warning", text=text, params={"rows": self.part}))
        return loss if mass is None else self._averaged(loss, mass)

    def _own(self, rows: Tensor, batch: int) -> tuple[Tensor, float | None]:
        """The loss of this process' rows and their mass; None where they are the whole and a mean already."""
        whole = self._ranks.count == 1
        if self._chain is not None and self.part >= len(rows) > 0:
            return self._by_hand(self._chain, rows, None if whole else batch)
        self._zero()
        parts = torch.split(rows, self.part) if len(rows) else ()
        if whole and len(parts) == 1:
            return self._by_autograd(rows, None)
        loss, mass = torch.zeros((), device=rows.device), 0.0
        for place, part in enumerate(parts):
            if place + 1 < len(parts):
                self._feed.announce(parts[place + 1])
            own, share = self._by_autograd(part, batch)
            loss, mass = loss + own, mass + (share or 0.0)
        return loss, mass

    def _in_step(self, mine: Tensor, rows: Tensor) -> tuple[Tensor, float]:
        """The same where each pass gathers weights: every process makes as many, an idle one with a row for nothing."""
        self._zero()
        parts = torch.split(mine, self.part) if len(mine) else ()
        loss, mass = torch.zeros((), device=rows.device), 0.0
        for place in range(math.ceil(math.ceil(len(rows) / self._ranks.count) / self.part)):
            idle = place >= len(parts)
            own, share = self._by_autograd(rows[:1] if idle else parts[place], len(rows), idle=idle)
            loss, mass = loss + own, mass + (share or 0.0)
        return loss, mass

    def _zero(self) -> None:
        for gradient in self._network.gradients:
            gradient.zero_()

    def _by_hand(self, chain: Chain, rows: Tensor, batch: int | None) -> tuple[Tensor, float | None]:
        with torch.inference_mode():  # no gradient is asked of autograd, so its bookkeeping can rest
            numbers, _ = self._feed.take(rows)
            wanted = self._objective.wanted(rows, (numbers, None))
            loss = chain.descend(numbers, wanted)
            if batch is None:
                return loss, None
            mass = self._objective.mass(wanted) / batch
            for gradient in self._network.gradients:
                gradient.mul_(mass)
            return loss * mass, mass

    def _by_autograd(self, rows: Tensor, batch: int | None, *, idle: bool = False) -> tuple[Tensor, float | None]:
        inputs = self._feed.take(rows)
        wanted = self._objective.wanted(rows, inputs)
        with self._precision.layers():
            outputs = self._compute(inputs, training=True)
        loss = self._objective.loss(outputs.float(), wanted)
        mass = None if batch is None else self._objective.mass(wanted) / batch
        if idle or mass == 0.0:  # nothing of it is predicted: a mean of nothing is no number
            if self._network.sharded:
                torch.autograd.backward(outputs.float().sum() * 0.0)
            return torch.zeros_like(loss), 0.0
        torch.autograd.backward(loss * (self._precision.scale * (1.0 if mass is None else mass)))
        return loss.detach() * (1.0 if mass is None else mass), mass

    def _averaged(self, loss: Tensor, mass: float) -> Tensor:
        """Sums become means, over the parts of all processes."""
        gradients = self._network.gradients
        totals = torch.tensor([float(loss), mass], dtype=self._sums, device=loss.device)
        self._ranks.add_up(*([] if self._network.sharded else gradients), totals)  # shards are sums already
        whole = float(totals[1]) or 1.0
        for gradient in gradients:
            gradient.div_(whole)
        return (totals[0] / whole).float()
