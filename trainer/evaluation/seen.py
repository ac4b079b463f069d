"""A trained model before rows that it did not learn from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch

from trainer.contract import JobSpec
from trainer.data.columns import Column, Ints
from trainer.data.feed import Feed, Inputs, Resident
from trainer.explain import probabilities
from trainer.learner import Learner
from trainer.metrics import Judged
from trainer.recipes.program import Preparation, Source
from trainer.seeding import numpy_generator
from trainer.tasks import plain


@runtime_checkable
class OfTable(Protocol):
    """A preparation of columns that can be changed and encoded again."""

    @property
    def columns(self) -> Mapping[str, Column]:
        """Every row of each field."""

    def encoded(self, columns: Mapping[str, Column], device: torch.device) -> Inputs:
        """Such columns as the network takes them."""


@dataclass(frozen=True)
class Seen:
    """One model of a job and its held-out rows."""

    spec: JobSpec
    source: Source
    learner: Learner
    preparation: Preparation
    feed: Feed
    rows: Ints
    metric: str

    def sample(self, most: int, purpose: str) -> Ints:
        """So many of the held-out rows, the same ones for a seed."""
        if len(self.rows) <= most:
            return self.rows
        return np.sort(numpy_generator(self.spec.seed, purpose).choice(self.rows, most, replace=False))

    def inputs(self, rows: Ints) -> Inputs:
        return self.feed.take(torch.from_numpy(rows).to(self.feed.device))

    def pieces(self, rows: Ints, numbers: int) -> list[Ints]:
        """Those rows, some at a time, so that their inputs are at most so many numbers; all rows are as large."""
        width = self.inputs(rows[:1])[0].numel()
        return np.array_split(rows, -(-len(rows) * width // numbers))

    def judged(self, inputs: Inputs, rows: Ints) -> Judged:
        """What the model says to those inputs, against the targets of those rows."""
        target = self.source.target
        told = self.learner.outputs(torch.arange(len(rows), device=self.feed.device), Resident(inputs))
        return Judged(target.values[rows], probabilities(told, target), target.task)

    def measured(self, inputs: Inputs, rows: Ints) -> float | None:
        return plain(self.metric, self.judged(inputs, rows))

    def names(self) -> list[str]:
        """The organizations, by their places."""
        return [party.slug for party in self.source.parties]

    def input_kind(self) -> Any:
        return self.preparation.input_json()["kind"]
