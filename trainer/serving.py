"""A published model that answers: what every recipe's own reading of rows has in common."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from trainer.contract import N_
from trainer.data.feed import Inputs
from trainer.failures import TrainingError
from trainer.network import Network

Row = dict[str, Any]
UNREADABLE = N_("The model's files cannot be read: %(reason)s")


class Served(Protocol):
    """A model in memory."""

    def predict(self, rows: list[Row]) -> list[Row]:
        """One answer per row; TrainingError with one sentence when a row makes no sense."""


@runtime_checkable
class Explains(Protocol):
    """A model that can say why."""

    def explain(self, rows: list[Row]) -> list[Any]:
        """The reasons of each answer, or of the first answers only; None where there are none."""


@runtime_checkable
class Warns(Protocol):
    """A model that knows what it was trained on."""

    def warn(self, rows: list[Row]) -> list[list[Row]]:
        """For each row, `{"text", "params"}` of everything that is unlike the training rows."""


Reasons = Callable[["Layered", list[Row]], list[Any]]
Warnings = Callable[[Row, Row], list[Row]]  # from preprocessing.json and a row


class Layered:
    """A model whose `config.json` lists its layers; `encode` turns rows into what the first layer takes."""

    def __init__(
        self,
        folder: Path,
        config: Row,
        preprocessing: Row,
        encode: Callable[[list[Row]], Inputs],
        *,
        reasons: Reasons | None = None,
        warnings: Warnings = lambda preprocessing, row: [],
    ) -> None:
        self._reasons, self._warnings = reasons, warnings
        fields = preprocessing.get("fields", [])
        embeddings = [field["weights"] for field in fields if field.get("kind") == "category"]
        self.config, self.preprocessing, self.encode = config, preprocessing, encode
        self.network = Network(config["layers"], {}, embeddings=embeddings, frozen=weights_in(folder))

    def predict(self, rows: list[Row]) -> list[Row]:
        return answers(self.config, self.network(self.encode(rows)))

    def explain(self, rows: list[Row]) -> list[Any]:
        return self._reasons(self, rows) if self._reasons else []

    def warn(self, rows: list[Row]) -> list[list[Row]]:
        return [self._warnings(self.preprocessing, row) for row in rows]


def answers(config: Row, outputs: Tensor) -> list[Row]:
    """`{"label", "probabilities"}` for each row, or `{"value"}` where a number is predicted."""
    outputs = outputs.double()
    if config["task"] == "regression":
        unit = config.get("unit", {"center": 0.0, "scale": 1.0})
        outputs = outputs * unit["scale"] + unit["center"]
        return [{"value": value if math.isfinite(value) else None} for value in outputs[:, 0].tolist()]
    labels = config["labels"]
    return [_labelled(labels, row) for row in torch.softmax(outputs, dim=1).tolist()]


def _labelled(labels: list[str], likely: list[float]) -> Row:
    if not all(map(math.isfinite, likely)):
        raise refusal(N_("The input is beyond all that the model can compute with."))
    best = max(range(len(labels)), key=likely.__getitem__)
    return {"label": labels[best], "probabilities": dict(zip(labels, likely, strict=True))}


def json_in(folder: Path, name: str) -> Row:
    try:
        found: Row = json.loads(Path(folder, name).read_bytes())
    except (OSError, ValueError) as error:
        raise TrainingError("data", UNREADABLE, reason=str(error)[:200]) from None
    return found


def weights_in(folder: Path) -> dict[str, Tensor]:
    try:
        return dict(load_file(Path(folder, "model.safetensors")))
    except (OSError, ValueError, SafetensorError) as error:
        raise TrainingError("data", UNREADABLE, reason=str(error)[:200]) from None


def refusal(text: str, **params: str | int) -> TrainingError:
    """A row that makes no sense, in one sentence."""
    return TrainingError("data", text, "", **params)
