"""A weighted sum of the past, and what convolutions add to it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - the customary name
from torch import Tensor, nn

from trainer.data.feed import Inputs
from trainer.recipes.timeseries.schema import KERNEL


@dataclass(frozen=True)
class Sizes:
    """`others` are fields beside the value; `ahead` says whether they are known for the days ahead."""

    window: int
    horizon: int
    others: int
    ahead: bool
    layers: int  # 0: linear
    channels: int
    dropout: float
    calendar: int = 0  # numbers that a calendar tells of the last step

    @property
    def width(self) -> int:
        return self.window * (1 + self.others) + self.horizon * self.others * self.ahead + self.calendar


class Forecaster(nn.Module):
    """The linear part is that of Zeng et al., Are Transformers Effective for Time Series Forecasting?, AAAI 2023.

    The convolutions look back alone, each layer twice as far (Bai, Kolter and Koltun, An Empirical Evaluation of
    Generic Convolutional and Recurrent Networks, 2018, section 3). Both begin by saying nothing: measured from the last
    value, that is persistence.
    """

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.sizes = sizes
        self.sum = nn.Linear(sizes.width, sizes.horizon)
        widths = [1 + sizes.others + sizes.calendar, *[sizes.channels] * sizes.layers]
        self.convolutions = nn.ModuleList(
            nn.Conv1d(widths[place], sizes.channels, KERNEL, dilation=2**place) for place in range(sizes.layers)
        )
        self.answer = nn.Linear(sizes.channels, sizes.horizon) if sizes.layers else None

    def forward(self, inputs: Tensor) -> Tensor:
        out: Tensor = self.sum(inputs)
        if self.answer is None:
            return out
        sizes = self.sizes
        past, rest = inputs[:, : sizes.window, None], inputs[:, sizes.window : sizes.window * (1 + sizes.others)]
        seen = torch.cat([past, rest.reshape(len(rest), sizes.window, sizes.others)], 2) if sizes.others else past
        if sizes.calendar:
            seen = torch.cat([seen, inputs[:, None, -sizes.calendar :].expand(-1, sizes.window, -1)], 2)
        seen = seen.transpose(1, 2)
        for place, layer in enumerate(self.convolutions):
            found = F.relu(layer(F.pad(seen, ((KERNEL - 1) * 2**place, 0))))
            found = F.dropout(found, sizes.dropout, self.training)
            seen = found + seen if found.shape == seen.shape else found
        added: Tensor = self.answer(seen[:, :, -1])
        return out + added


def read(module: nn.Module, inputs: Inputs) -> Tensor:
    outputs: Tensor = module(inputs[0])
    return outputs


def initialise(module: nn.Module, generator: torch.Generator) -> None:
    for layer in module.modules():
        if isinstance(layer, nn.Conv1d):
            drawn = torch.empty(layer.weight.shape)  # on the CPU, where the generator is
            layer.weight.copy_(nn.init.kaiming_uniform_(drawn, nonlinearity="relu", generator=generator))
            assert layer.bias is not None  # noqa: S101 - all of them have one
            layer.bias.zero_()
        elif isinstance(layer, nn.Linear):
            layer.weight.zero_()
            layer.bias.zero_()


def described(sizes: Sizes) -> dict[str, Any]:
    return {"network": "forecaster", "sizes": asdict(sizes)}
