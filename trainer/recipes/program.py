"""What a recipe's program offers to the loop, which itself knows neither tables nor pictures."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

import torch

from trainer import catalogue
from trainer.contract import JobSpec, Log
from trainer.data.columns import Ints
from trainer.data.feed import Feed
from trainer.data.reading import Party
from trainer.data.target import Target
from trainer.network import Trainable
from trainer.recipes.parameters import TrainingParameters
from trainer.serving import Served

Tell = Callable[[Log], None]


class Preparation(Protocol):
    """Preprocessing as learnt from some rows; it travels with the model.

    A recipe's own inherits from this; what has a body here fits where nothing else is said.
    """

    def feed(self, device: torch.device) -> Feed:
        """Every row of the source, ready for the network."""

    def network(self, outputs: int, device: torch.device) -> Trainable:
        """A network that takes what the feed gives."""

    def places(self) -> dict[str, Any]:
        """Which input columns belong to which field; empty where shuffling a field has no meaning."""
        return {}

    def to_json(self) -> dict[str, Any]:
        """`preprocessing.json`: its `kind`, its `fields`, each with a `name`, and what else was learnt."""

    def input_json(self) -> dict[str, Any]:
        """The `input` of `config.json`."""
        told = self.to_json()
        return {"kind": told["kind"], "fields": [field["name"] for field in told["fields"]]}

    def after(self, evaluation: dict[str, Any]) -> dict[str, Any]:
        """What else stands in `preprocessing.json`, out of what evaluation found."""
        return {}

    def files(self) -> dict[str, bytes]:
        """What else the model needs, by name: a tokenizer, say."""
        return {}

    def snippet(self, config: dict[str, Any]) -> str:
        """The few lines of Python with which a stranger runs the published files."""


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

    def open_model(self, folder: Path, config: dict[str, Any], preprocessing: dict[str, Any]) -> Served:
        """A model that this recipe published, ready to answer."""


def program_of(recipe: str) -> Program:
    """The program of the recipe of that name; SpecError when there is none."""
    return cast("Program", import_module(f"{catalogue.recipe(recipe).package}.program"))
