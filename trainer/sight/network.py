"""Networks that were taught to see before, of convolutions alone: what MobileNetV2 and EfficientNet-Lite share.

Sandler et al., MobileNetV2: Inverted Residuals and Linear Bottlenecks (2018), section 3: a block makes its input wider,
looks at each channel by itself and makes it narrow again, without a bend at the end. Tan and Le, EfficientNet (2019),
table 1, is built of the same blocks; its Lite kind leaves out what phones are slow at. Here each convolution carries
the normalization behind it as a factor and a summand for each channel: statistics of the pictures that it was taught
with, which few pictures of a new kind would only make worse.

Shapes: B pictures, 3 × H × W between 0 and 1.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812 - the customary name
from torch import Tensor, nn

from trainer.sight.shape import COLOURS, Sight, Stage

FINE = 8  # pixels of the picture from place to place


class Convolution(nn.Module):
    """A convolution with what stood behind it as a factor and a summand of each channel.

    What it learns are differences from what it brought, of which `pace` counts: weights that know much already move
    slower than new ones, and a weight decay pulls them back to what they were. A pace of 0 learns nothing.
    """

    weight: Tensor
    scale: Tensor
    bias: Tensor

    def __init__(self, before: int, after: int, kernel: int, stride: int = 1, *, groups: int = 1, even: bool = True,
                 pace: float = 0.0) -> None:  # fmt: skip
        super().__init__()
        self.kernel, self.stride, self.groups, self.even, self.pace = kernel, stride, groups, even, pace
        self.register_buffer("weight", torch.zeros(after, before // groups, kernel, kernel))
        self.register_buffer("scale", torch.ones(after))
        self.register_buffer("bias", torch.zeros(after))
        if pace:
            self.more = nn.Parameter(torch.zeros_like(self.weight))
            self.shift = nn.Parameter(torch.zeros_like(self.bias))

    def now(self) -> tuple[Tensor, Tensor]:
        """Weight and summand with what was learnt since."""
        if not self.pace:
            return self.weight, self.bias
        return torch.add(self.weight, self.more, alpha=self.pace), torch.add(self.bias, self.shift, alpha=self.pace)

    def forward(self, x: Tensor) -> Tensor:
        weight, bias = self.now()
        rim = self.kernel // 2
        if not self.even and self.stride > 1:
            x, rim = F.pad(x, self._rims(x)), 0
        return F.conv2d(x, weight * self.scale[:, None, None, None], bias, self.stride, rim, groups=self.groups)

    def _rims(self, x: Tensor) -> tuple[int, int, int, int]:
        """TensorFlow's “SAME”: as many places come out as strides fit, and an odd one of the rim lies behind."""
        height, width = ((-(-side // self.stride) - 1) * self.stride + self.kernel - side for side in x.shape[2:])
        return width // 2, width - width // 2, height // 2, height - height // 2


class Block(nn.Module):
    """Wider, each channel by itself, narrow; added to what came in where that has the same shape."""

    def __init__(self, before: int, stage: Stage, stride: int, *, even: bool, pace: float) -> None:
        super().__init__()
        inner = before * stage.grow
        self.grow = Convolution(before, inner, 1, pace=pace) if stage.grow > 1 else None
        self.see = Convolution(inner, inner, stage.kernel, stride, groups=inner, even=even, pace=pace)
        self.shrink = Convolution(inner, stage.width, 1, pace=pace)
        self.added = stride == 1 and before == stage.width

    def forward(self, x: Tensor) -> Tensor:
        wide = x if self.grow is None else F.relu6(self.grow(x))
        found: Tensor = self.shrink(F.relu6(self.see(wide)))
        return x + found if self.added else found


class Base(nn.Module):
    """Pictures in; out, features of the whole picture (`forward`) or maps of finer and coarser strides (`maps`)."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, sight: Sight, *, pace: float = 0.0, ends: bool = True) -> None:
        """`ends`: with the last layer, which only features of the whole picture need.

        Layers that look closer than `FINE` learn nothing: edges and colours are the same everywhere, and to learn them
        again would take half of the time.
        """
        super().__init__()
        self.register_buffer("mean", torch.tensor(sight.mean)[:, None, None], persistent=False)
        self.register_buffer("deviation", torch.tensor(sight.deviation)[:, None, None], persistent=False)
        self.stem = Convolution(COLOURS, sight.stem, 3, 2, even=sight.even)
        blocks, before, apart = [], sight.stem, 2
        for stage in sight.stages:
            for place in range(stage.blocks):
                stride = 1 if place else stage.stride
                apart *= stride
                blocks.append(Block(before, stage, stride, even=sight.even, pace=pace if apart >= FINE else 0.0))
                before = stage.width
        self.blocks, self._strides = nn.ModuleList(blocks), [block.see.stride for block in blocks]
        self.last = Convolution(before, sight.last, 1, pace=pace) if ends else None

    def maps(self, pictures: Tensor) -> list[Tensor]:
        """What was found at each stride from 4 on, finest first."""
        pictures = ((pictures - self.mean) / self.deviation).contiguous(memory_format=torch.channels_last)  # faster
        x, found = F.relu6(self.stem(pictures)), []
        for block, stride in zip(self.blocks, self._strides, strict=True):
            if stride > 1:  # of small pictures one place may stay one place
                found.append(x)
            x = block(x)
        return [*found[1:], x]

    def forward(self, pictures: Tensor) -> Tensor:
        assert self.last is not None  # noqa: S101 - tells the type checker
        x: Tensor = F.relu6(self.last(self.maps(pictures)[-1])).mean((2, 3))
        return x

    def whole(self) -> dict[str, Tensor]:
        """Its weights with what was learnt since, as one that learns nothing loads them."""
        found = dict[str, Tensor]()
        for name, part in self.named_modules():
            if isinstance(part, Convolution):
                weight, bias = part.now()
                found |= {f"{name}.weight": weight, f"{name}.scale": part.scale, f"{name}.bias": bias}
        return {name: value.detach().cpu().clone() for name, value in found.items()}
