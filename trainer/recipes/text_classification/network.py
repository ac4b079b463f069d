"""The networks that read texts, as calls with the shapes of their weights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - the customary name
from torch import Tensor

from trainer.data.feed import Inputs
from trainer.layers import Shapes, dense
from trainer.network import Call, Network
from trainer.recipes.text_classification.schema import Parameters

Layers = tuple[list[Call], Shapes]
TERMS = "embedding.weight"
PACE = 32.0  # by which a bag learns faster than windows do, at the same learning rate


def bag(terms: int, p: Parameters, outputs: int) -> Layers:
    """The mean of what the terms say of each class, or of their vectors where classes are many.

    Joulin et al., Bag of Tricks for Efficient Text Classification, 2016.
    """
    calls: list[Call] = [{"call": "embedding_bag", "weights": [TERMS], "options": {"mode": "mean", "padding_idx": 0}}]
    if outputs > p.vector_size:
        rest, more = dense(p.vector_size, [], outputs, "relu", 0.0)
        return calls + rest, {TERMS: (terms, p.vector_size), **more}
    calls.append({"call": "add", "weights": ["classes.bias"]})
    return calls, {TERMS: (terms, outputs), "classes.bias": (outputs,)}


def windows(terms: int, p: Parameters, outputs: int) -> Layers:
    """The strongest find of every kind of window (Kim, Convolutional Neural Networks for Sentences, 2014)."""
    calls: list[Call] = [
        {"call": "embedding", "weights": [TERMS], "options": {"padding_idx": 0}},
        {"call": "transpose", "options": {"dim0": 1, "dim1": 2}},
        {"call": "conv1d", "weights": ["windows.weight", "windows.bias"], "options": {"padding": p.windows // 2}},
        {"call": "relu"},
        {"call": "adaptive_max_pool1d", "options": {"output_size": 1}},
        {"call": "flatten", "options": {"start_dim": 1}},
    ]
    shapes: Shapes = {
        TERMS: (terms, p.vector_size),
        "windows.weight": (p.filters, p.vector_size, p.windows),
        "windows.bias": (p.filters,),
    }
    rest, more = dense(p.filters, [], outputs, "relu", 0.0)
    between: list[Call] = [{"call": "dropout", "options": {"p": p.dropout}}] if p.dropout else []
    return calls + between + rest, shapes | more


class Weighed(Network):
    """A bag in which a term's weights move as fast as it tells something; `telling` is multiplied in when published."""

    def __init__(self, calls: list[Call], shapes: Mapping[str, tuple[int, ...]], telling: Tensor) -> None:
        self._telling = PACE * telling[:, None]
        super().__init__(calls, shapes, embeddings=(TERMS,), device=telling.device)

    def initialise(self, generator: torch.Generator) -> None:
        """Where a term speaks of the classes themselves, it begins with nothing to say; else with little."""
        super().initialise(generator)
        direct = len(self.shapes) == 2  # noqa: PLR2004 - terms and classes, no vectors between them
        self.views[TERMS].detach().mul_(0.0 if direct else 1 / PACE)

    def weight(self, name: str) -> Tensor:
        own = super().weight(name)
        return own * self._telling if name == TERMS else own

    def __call__(self, inputs: Inputs, *, training: bool = False) -> Tensor:
        _, _, options = self._steps[training][0]
        return self.after(F.embedding_bag(inputs[0], self.weight(TERMS), **options), 1)

    def published_weights(self, flat: Tensor) -> dict[str, Tensor]:
        """Those that give the same answers without what tells."""
        own: dict[str, Any] = super().published_weights(flat)
        return own | {TERMS: own[TERMS] * self._telling.cpu()}
