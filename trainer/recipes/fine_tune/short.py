"""Layers whose weights stay as they are, held in four bits beside additions that learn (QLoRA).

They are read back for as long as a layer computes.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - the customary name
from peft.tuners.lora import LoraLayer
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from transformers.pytorch_utils import Conv1D

from trainer import memory
from trainer.recipes.fine_tune.four_bits import packed, unpacked


class _Times(torch.autograd.Function):
    """A linear layer's product that keeps nothing but the short weights for the way back."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, two: Tensor, largest: Tensor, bias: Tensor | None, shape: torch.Size) -> Tensor:
        ctx.save_for_backward(two, largest)
        ctx.shape, ctx.dtype = shape, x.dtype
        return F.linear(x, unpacked(two, largest, shape), bias)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor, None, None, None, None]:
        two, largest = ctx.saved_tensors
        weight = unpacked(two, largest, ctx.shape).to(slope.dtype)
        return (slope @ weight).to(ctx.dtype), None, None, None, None


class Short(nn.Module):
    """In place of a linear layer that does not learn; of GPT-2's, whose matrices lie the other way, too."""

    two: Tensor
    largest: Tensor

    def __init__(self, layer: Any, device: torch.device) -> None:
        super().__init__()
        self.turned = isinstance(layer, Conv1D)
        weight: Any = layer.weight.detach().to(device)
        weight = weight.T if self.turned else weight
        self.shape: torch.Size = weight.shape
        two, largest = packed(weight)
        self.register_buffer("two", two, persistent=False)
        self.register_buffer("largest", largest, persistent=False)
        self.bias: Any = layer.bias

    @property
    def weight(self) -> Tensor:
        """As the layer had it, to the nearest of what four bits hold."""
        whole = unpacked(self.two, self.largest, self.shape)
        return whole.T if self.turned else whole

    def forward(self, x: Tensor) -> Tensor:
        times: Any = _Times  # torch says nothing of its types
        found: Tensor = times.apply(x, self.two, self.largest, self.bias, self.shape)
        return found

    def long(self) -> nn.Module:
        """A layer of its kind with these weights in full."""
        outputs, inputs = self.shape
        turned: Any = Conv1D
        with torch.device("meta"):
            layer = turned(outputs, inputs) if self.turned else nn.Linear(inputs, outputs, bias=self.bias is not None)
        layer.weight, layer.bias = nn.Parameter(self.weight.contiguous(), requires_grad=False), self.bias
        return layer


def shorten(module: nn.Module, device: torch.device) -> None:
    """The layers that have additions become short; what else does not learn leaves the file that it was mapped from."""
    for layer in list(_added_to(module)):
        layer.base_layer = Short(layer.base_layer, device)
    for weight in module.parameters():
        if not weight.requires_grad:
            weight.data = weight.data.clone()
    memory.give_back()


def lengthened(module: nn.Module) -> nn.Module:
    """A copy in main memory whose layers are in full again; what learns has one of its own too."""
    whole = copy.deepcopy(module).cpu()
    for layer in list(_added_to(whole)):
        layer.base_layer = layer.base_layer.long()
    return whole


def held(module: nn.Module) -> int:
    """How many weights are held short."""
    return sum(layer.shape.numel() for layer in module.modules() if isinstance(layer, Short))


def _added_to(module: nn.Module) -> Iterator[Any]:
    for layer in module.modules():
        if isinstance(layer, LoraLayer) and type(layer.base_layer) in {nn.Linear, Conv1D, Short}:
            yield layer
