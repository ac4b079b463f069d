"""Who looks at drawn pictures and at real ones: a small network of its own, the same for all models of a job.

Where the target tells kinds apart it learns them from the training rows; else its weights stay random, which sees less,
but sees the same in every job (Naeem et al., Reliable Fidelity and Diversity Metrics, 2020, section 4.2). Where every
row is held out once there is one for each fold, taught by the others: nobody looks at pictures that it learnt from.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from trainer.data.columns import Ints
from trainer.data.feed import Resident
from trainer.data.target import Target
from trainer.learner import Learner
from trainer.measures.generation import FEATURES
from trainer.network import Network
from trainer.objectives import ByClass
from trainer.recipes.image_classification.program import convolutional
from trainer.recipes.image_classification.schema import Parameters
from trainer.seeding import torch_generator

SIDES = 2  # convolutions, each of which halves the side
EPOCHS, MOST = 4, 20_000  # pictures that are learnt from
CHOSEN = {"network": "cnn", "channels": [16, 32], "hidden_layers": [FEATURES], "epochs": EPOCHS}


@dataclass(frozen=True)
class Expert:
    """A network for pictures, and the same without its last layer."""

    whole: Network
    features: Network
    kinds: int  # that it was taught; 0 where its weights are random
    copies: dict[torch.device, Expert] = field(default_factory=dict, compare=False)  # one per device that was asked

    def look(self, pixels: Tensor) -> Tensor:
        """Features, then how likely each kind is (B × (features + kinds)), on whatever device the pixels are."""
        own = self.on(pixels.device)
        seen = own.features((pixels, None))
        if not self.kinds:
            return seen
        return torch.cat([seen, torch.softmax(own.whole.after(seen, len(own.features.calls)), 1)], 1)

    def on(self, device: torch.device) -> Expert:
        """The same on that device."""
        if device not in self.copies:
            whole, features = (
                Network(network.calls, {}, frozen=network.frozen, device=device)
                for network in (self.whole, self.features)
            )
            self.copies[device] = Expert(whole, features, self.kinds)
        return self.copies[device]


@dataclass(frozen=True)
class Experts:
    """Which of them looks at which row; of several, each sees in a way of its own."""

    all: list[Expert]
    of_row: Ints

    def look(self, pixels: Tensor, rows: Tensor) -> Tensor:
        """As `Expert.look`, of pictures that belong to those rows."""
        if len(self.all) == 1:
            return self.all[0].look(pixels)
        whose = self.whose(rows)[:, 0]
        found = torch.empty(len(rows), FEATURES + self.all[0].kinds, device=pixels.device)
        for place, expert in enumerate(self.all):
            own = whose == place
            if own.any():
                found[own] = expert.look(pixels[own])
        return found

    def whose(self, rows: Tensor) -> Tensor:
        """The number of who looks at each row (B × 1); nothing to tell where there is only one (B × 0)."""
        told = torch.from_numpy(self.of_row).to(rows.device)[rows, None].float()
        return told if len(self.all) > 1 else told[:, :0]


def experts_for(
    pixels: Tensor, shape: tuple[int, int, int], target: Target, parts: list[tuple[Ints, Ints]], seed: int
) -> Experts:
    """`parts` are rows to learn from, and those that are held out from them."""
    parts = parts if len(target.labels) > 1 else parts[:1]  # what learns nothing is the same for all
    of_row = np.zeros(len(pixels), np.int64)
    for place, (_, held_out) in enumerate(parts):
        of_row[held_out] = place
    return Experts([expert_for(pixels, shape, target, learnt, seed) for learnt, _ in parts], of_row)


def expert_for(pixels: Tensor, shape: tuple[int, int, int], target: Target, rows: Ints, seed: int) -> Expert:
    """Taught from those rows where the target has kinds. The job's own random numbers go on as if it were not."""
    kinds = len(target.labels)
    p = Parameters.model_validate(CHOSEN)
    network = Network(*convolutional(shape, p, max(1, kinds)), device=pixels.device)
    if kinds < 2:  # noqa: PLR2004 - one kind is told from nothing
        network.initialise(torch_generator(0, "expert"))
        return _cut(network, 0)
    chosen = torch.from_numpy(rows)[torch.randperm(len(rows), generator=torch_generator(seed, "expert"))[:MOST]]
    taught = Target("classification", target.labels, target.values)
    objective = ByClass(taught, rows, weighted=False, device=pixels.device)
    with torch.random.fork_rng():
        learner = Learner(
            network, objective, Resident((pixels, None)), chosen.to(pixels.device), p, epochs=EPOCHS, seed=seed
        )
        while not learner.finished:
            for _ in range(learner.steps_per_epoch):
                learner.learn()
            learner.end_epoch()
        learner.settle()
    return _cut(network, kinds)


def _cut(network: Network, kinds: int) -> Expert:
    frozen = {name: view.detach().clone() for name, view in network.views.items()}
    whole = Network(network.published_calls(), {}, frozen=frozen)
    return Expert(whole, Network(network.published_calls()[:-1], {}, frozen=frozen), kinds)
