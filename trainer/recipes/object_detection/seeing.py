"""What training and judging look at: random crops with their boxes, and held-out pictures whole."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812 - the customary name
from torch import Tensor, nn

from trainer.data.columns import Floats
from trainer.data.feed import Inputs
from trainer.data.gallery import Gallery
from trainer.recipes.object_detection.boxes import unpacked
from trainer.recipes.object_detection.losses import loss_of_maps
from trainer.recipes.object_detection.network import MIDDLE, decoded, whole
from trainer.recipes.object_detection.schema import Parameters

SEEN = 0.4  # a thing that a crop shows less of is not looked for in it
BYTE = 255.0


@dataclass(frozen=True)
class Seeing:
    """Called by the engine with a network and the numbers of pictures; `truth` are their boxes, packed."""

    gallery: Gallery
    truth: Floats
    kinds: int
    parameters: Parameters
    device: torch.device

    def __call__(self, module: nn.Module, inputs: Inputs) -> Tensor:
        """In training the loss of each row; else its boxes (`decoded`), and its loss in the last column."""
        rows = inputs[0][:, 0].tolist()
        if not module.training:
            return torch.stack([self._judged(module, row) for row in rows])
        crops = [self._crop(row) for row in rows]
        maps = module(torch.stack([pixels for pixels, _ in crops]).to(self.device)).float()
        wanted = (boxes.to(self.device) for _, boxes in crops)
        return torch.stack([loss_of_maps(own, boxes, self.kinds) for own, boxes in zip(maps, wanted, strict=True)])

    def picture(self, row: int) -> Tensor:
        """3 × H × W, between 0 and 1."""
        return torch.tensor(self.gallery.planes(row)).to(self.device).float() / BYTE

    def boxes(self, row: int) -> Tensor:
        return torch.from_numpy(unpacked(self.truth[row])).float()

    def _judged(self, module: nn.Module, row: int) -> Tensor:
        maps = whole(module, self.picture(row)).float()
        found = decoded(maps, self.parameters.most)
        return torch.cat([found.flatten(), loss_of_maps(maps, self.boxes(row).to(self.device), self.kinds)[None]])

    def _crop(self, row: int) -> tuple[Tensor, Tensor]:
        """A random square of the picture, brought to the crop's side; what lies beyond the picture is grey."""
        side, zoom = self.parameters.crop, self.parameters.zoom
        scale = float(torch.empty(()).uniform_(1 - zoom, 1 + zoom))
        planes, taken = torch.from_numpy(self.gallery.planes(row)), max(16, round(side / scale))
        top, left = (_begin(have, taken) for have in planes.shape[1:])
        inside = planes[:, max(0, top) : max(0, top + taken), max(0, left) : max(0, left + taken)].float() / BYTE
        across = (max(0, -left), taken - inside.shape[2] - max(0, -left))
        down = (max(0, -top), taken - inside.shape[1] - max(0, -top))
        pixels = F.pad(inside[None], (*across, *down), value=MIDDLE)
        pixels = F.interpolate(pixels, (side, side), mode="bilinear", antialias=True)[0]
        boxes = _moved(self.boxes(row), left, top, side / taken, side)
        return _turned(self._lit(pixels), boxes, self.parameters.turns, side)

    def _lit(self, pixels: Tensor) -> Tensor:
        """In another light: the same for all colours, and half as much for each of its own."""
        light = self.parameters.light
        drawn = torch.empty(4, 1, 1).uniform_(-light, light)
        return (pixels * (1 + drawn[:1] + drawn[1:] / 2)).clamp(0, 1)


def _begin(have: int, taken: int) -> int:
    """Anywhere inside; of a smaller picture anywhere around it."""
    return int(torch.randint(min(0, have - taken), max(0, have - taken) + 1, ()))


def _moved(boxes: Tensor, left: int, top: int, scale: float, side: int) -> Tensor:
    """The boxes as the crop shows them, without those of which it shows too little."""
    edges = (boxes[:, 1:] - torch.tensor([left, top, left, top])) * scale
    shown = edges.clamp(0, side)
    area, seen = (_area(one) for one in (edges, shown))
    kept = seen >= SEEN * area.clamp(min=1e-6)
    return torch.cat([boxes[:, :1], shown], 1)[kept]


def _area(edges: Tensor) -> Tensor:
    return (edges[:, 2] - edges[:, 0]) * (edges[:, 3] - edges[:, 1])


def _turned(pixels: Tensor, boxes: Tensor, turns: str, side: int) -> tuple[Tensor, Tensor]:
    """Mirrored, and turned by swapping the axes, each as often as not."""
    kind, left, top, right, bottom = boxes.unbind(1)
    drawn = torch.rand(3).tolist()
    if turns != "none" and drawn[0] < 0.5:  # noqa: PLR2004 - as often as not
        pixels, left, right = pixels.flip(2), side - right, side - left
    if turns == "all" and drawn[1] < 0.5:  # noqa: PLR2004
        pixels, top, bottom = pixels.flip(1), side - bottom, side - top
    if turns == "all" and drawn[2] < 0.5:  # noqa: PLR2004
        pixels, left, top, right, bottom = pixels.transpose(1, 2), top, left, bottom, right
    return pixels, torch.stack([kind, left, top, right, bottom], 1)


class ByRow:
    """The mean over crops, or over whole pictures, of a loss that the maps have."""

    def wanted(self, rows: Tensor, inputs: Inputs) -> Tensor:
        return rows

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        return outputs.mean()

    def mass(self, targets: Tensor) -> float:
        return float(len(targets))

    def told(self, outputs: Tensor, targets: Tensor) -> Tensor:
        return outputs

    def loss_of(self, told: Tensor, rows: Tensor) -> float:
        return float(told[:, -1].mean())
