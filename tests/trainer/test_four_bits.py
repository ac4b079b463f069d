"""What four bits hold of a layer's weights, and that a layer computes with just that."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from transformers.pytorch_utils import Conv1D

from trainer.recipes.fine_tune import four_bits, short

CPU = torch.device("cpu")


@pytest.mark.parametrize("shape", [(37, 100), (64, 64), (1, 3), (5, 127)])
def test_four_bits_hold_the_nearest_of_sixteen_numbers_of_each_block(shape: tuple[int, int]) -> None:
    torch.manual_seed(1)
    weight = torch.randn(shape)
    found = four_bits.unpacked(*four_bits.packed(weight), weight.shape)
    flat = np.zeros(-(-weight.numel() // 64) * 64, np.float64)
    flat[: weight.numel()] = weight.flatten().double().numpy()
    blocks = flat.reshape(-1, 64)
    largest = np.abs(blocks).max(1, keepdims=True)
    numbers = np.array(four_bits.NUMBERS)
    nearest = numbers[np.abs(blocks[..., None] / largest[..., None] - numbers).argmin(2)] * largest
    np.testing.assert_allclose(found.flatten(), nearest.flatten()[: weight.numel()], atol=1e-6)


def test_nothing_at_all_and_what_no_float_holds_stay_so() -> None:
    assert not four_bits.unpacked(*four_bits.packed(torch.zeros(8, 8)), torch.Size((8, 8))).any()
    broken = torch.zeros(2, 64)
    broken[0, 3] = float("nan")
    found = four_bits.unpacked(*four_bits.packed(broken), broken.shape)
    assert not found[0].isfinite().any()
    assert not found[1].any()


@pytest.mark.parametrize("kind", [nn.Linear, Conv1D])
def test_a_short_layer_computes_as_one_with_its_weights_in_full(kind: Any) -> None:
    torch.manual_seed(1)
    layer = kind(48, 40)
    held = short.Short(layer, CPU)
    whole = held.long()
    assert held.weight.shape == layer.weight.shape
    slopes = []
    for one in (held, whole):
        x = torch.linspace(-1, 1, 2 * 3 * held.shape[1]).view(2, 3, -1).requires_grad_()
        y = one(x)
        y.square().sum().backward()
        slopes.append((y.detach(), x.grad))
    torch.testing.assert_close(slopes[0], slopes[1])
    assert held.two.numel() + 4 * held.largest.numel() <= 0.6 * layer.weight.numel()


def test_short_formats_of_the_layers_themselves_are_taken() -> None:
    held = short.Short(nn.Linear(64, 8), CPU)
    x = torch.randn(4, 64, requires_grad=True)
    with torch.autocast("cpu", torch.bfloat16):
        y = held(x)
    assert y.dtype == torch.bfloat16
    y.float().sum().backward()
    assert x.grad is not None
    torch.testing.assert_close(x.grad, held.weight.sum(0).expand(4, -1), atol=0.05, rtol=0.05)
