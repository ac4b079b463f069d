"""What a recipe's program offers to the loop, which itself knows neither tables nor pictures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import torch

from trainer.contract import JobSpec, Log
from trainer.data.columns import Ints
from trainer.data.reading import Party
from trainer.data.target import Target
from trainer.network import Inputs, Network
from trainer.recipes.parameters import TrainingParameters

Tell = Callable[[Log], None]


class Preparation(Protocol):
    """Preprocessing as learnt from some rows; it travels with the model."""

    def encode(self, device: torch.device) -> Inputs:
        """Every row of the source, ready for the network."""

    def network(self, outputs: int, device: torch.device) -> Network:
        """A network that takes what `encode` gives."""

    def places(self) -> dict[str, Any]:
        """Which input columns belong to which field; empty where shuffling a field has no meaning."""

    def to_json(self) -> dict[str, Any]:
        """`preprocessing.json`."""

    def input_json(self) -> dict[str, Any]:
        """The `input` of `config.json`."""


class Source(Protocol):
    """All rows of a job, read and typed, with the target known in every one of them."""

    parties: list[Party]
    owner: Ints  # of every row: the place of its organization in `parties`
    target: Target

    def prepare(self, rows: Ints) -> Preparation:
        """Learn the preprocessing from those rows and from no others."""


class Program(Protocol):
    """The module `trainer.recipes.<recipe>.program`."""

    def read(self, spec: JobSpec, parameters: TrainingParameters, tell: Tell) -> Source:
        """Read the files; TrainingError or SpecError when they are not what the recipe takes."""
