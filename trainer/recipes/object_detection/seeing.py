"""What training and judging look at: crops with their boxes, and held-out pictures whole."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from trainer.data.columns import Floats
from trainer.data.feed import Inputs
from trainer.data.gallery import Gallery
from trainer.recipes.object_detection.cropping import BYTE, crop_of
from trainer.recipes.object_detection.losses import loss_of_maps
from trainer.recipes.object_detection.network import decoded, whole
from trainer.recipes.object_detection.schema import Parameters


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
        return torch.from_numpy(self.truth[row]).float()

    def _judged(self, module: nn.Module, row: int) -> Tensor:
        maps = whole(module, self.picture(row)).float()
        found = decoded(maps, self.parameters.most)
        return torch.cat([found.flatten(), loss_of_maps(maps, self.boxes(row).to(self.device), self.kinds)[None]])

    def _crop(self, row: int) -> tuple[Tensor, Tensor]:
        return crop_of(torch.from_numpy(self.gallery.planes(row)), self.boxes(row), self.parameters)


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
