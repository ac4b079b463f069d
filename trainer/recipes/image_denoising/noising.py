"""What training and judging look at: patches with fresh noise, and held-out pictures with noise that stays the same."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812 - the customary name
from torch import Tensor, nn

from trainer.data.feed import Inputs
from trainer.data.gallery import Gallery
from trainer.measures.pictures import psnr, ssim
from trainer.recipes.image_denoising.network import restored
from trainer.recipes.image_denoising.schema import Parameters
from trainer.seeding import torch_generator

WHOLE = 512  # pixels a side; of a larger held-out picture its middle is judged
BYTE = 255.0


@dataclass(frozen=True)
class Noising:
    """Called by the engine with a network and the numbers of pictures."""

    gallery: Gallery
    parameters: Parameters
    seed: int
    device: torch.device

    def __call__(self, module: nn.Module, inputs: Inputs) -> Tensor:
        """In training the errors of all patches (rows × …); else what `trainer.measures.restoration` reads."""
        rows = inputs[0][:, 0].tolist()
        if module.training:
            return self._errors(module, rows)
        return torch.stack([self._judged(module, row) for row in rows])

    @property
    def level(self) -> float:
        return self.parameters.noise / BYTE

    def clean(self, row: int) -> Tensor:
        """The picture, or its middle (C × H × W, between 0 and 1)."""
        planes = self.gallery.planes(row)
        top, left = (max(0, side - WHOLE) // 2 for side in planes.shape[1:])
        return torch.tensor(planes[:, top : top + WHOLE, left : left + WHOLE]).to(self.device).float() / BYTE

    def noisy(self, row: int, clean: Tensor) -> Tensor:
        """The same noise at every call."""
        drawn = torch.randn(clean.shape, generator=torch_generator(self.seed, "noise", row))
        return clean + self.level * drawn.to(self.device)

    def _errors(self, module: nn.Module, rows: list[int]) -> Tensor:
        count = self.parameters.patches
        patches = torch.stack([self._patch(row) for row in rows for _ in range(count)])
        clean = patches.to(self.device).float() / BYTE
        levels = torch.full((len(clean), 1, 1, 1), self.level, device=self.device)
        if self.parameters.blind:
            levels *= torch.rand(levels.shape, device=self.device)
        errors: Tensor = module(clean + levels * torch.randn_like(clean)) - clean
        return errors.reshape(len(rows), -1)

    def _patch(self, row: int) -> Tensor:
        """A random square, flipped and turned at random; a smaller picture is continued by its edge."""
        side, planes = self.parameters.patch, torch.from_numpy(self.gallery.planes(row))
        top, left = (int(torch.randint(max(0, have - side) + 1, ())) for have in planes.shape[1:])
        patch = planes[:, top : top + side, left : left + side]
        missing = [side - have for have in patch.shape[1:]]
        if any(missing):
            patch = F.pad(patch[None].float(), (0, missing[1], 0, missing[0]), mode="replicate")[0].to(torch.uint8)
        turn = int(torch.randint(8, ()))
        patch = torch.rot90(patch, turn % 4, (1, 2))
        return patch.flip(2) if turn > 3 else patch  # noqa: PLR2004 - four turns of either side

    def _judged(self, module: nn.Module, row: int) -> Tensor:
        clean = self.clean(row)
        noisy = self.noisy(row, clean)
        found = restored(module, noisy)
        loss = (found - clean).square().mean() / self.level**2
        return torch.stack([psnr(found, clean), psnr(noisy, clean), ssim(found, clean), loss])


class ByNoise:
    """The square of what is left of the noise, as a share of the judged noise: 1 where nothing is taken away."""

    def __init__(self, level: float) -> None:
        self._level = level

    def wanted(self, rows: Tensor, inputs: Inputs) -> Tensor:
        return rows

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        return outputs.square().mean() / self._level**2

    def mass(self, targets: Tensor) -> float:
        return float(len(targets))

    def told(self, outputs: Tensor, targets: Tensor) -> Tensor:
        return outputs

    def loss_of(self, told: Tensor, rows: Tensor) -> float:
        return float(told[:, 3].mean())
