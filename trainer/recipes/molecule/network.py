"""Windows over the letters of a structure, and of a protein beside it.

Öztürk, Özgür and Ozkirimli, DeepDTA: Deep Drug-Target Binding Affinity Prediction, Bioinformatics 34 (2018).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from trainer.data.feed import Inputs
from trainer.recipes.molecule.schema import BEHIND, WINDOWS

ACTIVATIONS: Mapping[str, type[nn.Module]] = {
    "relu": nn.ReLU, "gelu": nn.GELU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid,
}  # fmt: skip


@dataclass(frozen=True)
class Shape:
    """Letters are numbers from 1 on; 0 is nothing.

    `lengths` are those of the structure and, with one, the protein, with the zeros behind them.
    """

    letters: Sequence[int]  # different ones of each, with the unknown one
    lengths: Sequence[int]
    vector_size: int
    filters: int
    hidden: Sequence[int]
    outputs: int
    activation: str
    dropout: float


class Letters(nn.Module):
    """Three layers of windows over each text, the strongest find of every kind, and a fully connected network."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.lengths = list(shape.lengths)
        kinds = list(WINDOWS)[: len(self.lengths)]
        self.vectors = nn.ModuleList(nn.Embedding(n + 1, shape.vector_size, padding_idx=0) for n in shape.letters)
        self.windows = nn.ModuleList(_windows(shape.vector_size, shape.filters, WINDOWS[kind]) for kind in kinds)
        widths = [3 * shape.filters * len(kinds), *shape.hidden]
        layers: list[nn.Module] = []
        for before, after in pairwise(widths):
            layers += [nn.Linear(before, after), ACTIVATIONS[shape.activation](), nn.Dropout(shape.dropout)]
        self.answer = nn.Sequential(*layers, nn.Linear(widths[-1], shape.outputs))

    def forward(self, tokens: Tensor) -> Tensor:
        found = []
        parts = torch.split(tokens, self.lengths, 1)
        for part, vectors, windows in zip(parts, self.vectors, self.windows, strict=True):
            here = part[:, : BEHIND + int((part > 0).sum(1).max())]
            seen: Tensor = windows(vectors(here.long()).transpose(1, 2))
            found.append(seen.amax(2))
        out: Tensor = self.answer(torch.cat(found, 1))
        return out


def read(module: nn.Module, inputs: Inputs) -> Tensor:
    outputs: Tensor = module(inputs[0])
    return outputs


def initialise(module: nn.Module, generator: torch.Generator) -> None:
    """Kaiming's uniform start (He et al., 2015), biases at zero, small vectors of letters."""
    for layer in module.modules():
        if isinstance(layer, nn.Embedding):
            layer.weight.copy_(torch.randn(layer.weight.shape, generator=generator) * 0.1)
            layer.weight[0] = 0.0
        elif isinstance(layer, nn.Linear | nn.Conv1d):
            drawn = torch.empty(layer.weight.shape)  # on the CPU, where the generator is
            layer.weight.copy_(nn.init.kaiming_uniform_(drawn, nonlinearity="relu", generator=generator))
            assert layer.bias is not None  # noqa: S101 - all of them have one
            layer.bias.zero_()


def described(shape: Shape) -> dict[str, Any]:
    return {"network": "letters", "shape": asdict(shape)}


def _windows(width: int, filters: int, sizes: Sequence[int]) -> nn.Sequential:
    layers: list[nn.Module] = []
    for times, size in enumerate(sizes, start=1):
        layers += [nn.Conv1d(width, times * filters, size, padding=size - 1), nn.ReLU()]
        width = times * filters
    return nn.Sequential(*layers)
