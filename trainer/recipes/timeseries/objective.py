"""Errors measured by each window's own spread, so that a large series counts no more than a small one."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F  # noqa: N812 - the customary name
from torch import Tensor

from trainer.data.columns import Floats
from trainer.data.feed import Inputs
from trainer.devices import finest

LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {"mae": F.l1_loss, "mse": F.mse_loss, "huber": F.huber_loss}


class ByScaledError:
    """Targets are rows × (what followed as measured, from what, by what).

    Levels may be large beside what changes: they are kept in numbers that hold both.
    """

    def __init__(self, after: Floats, center: Floats, scale: Floats, loss: str, device: torch.device) -> None:
        measured = (after - center[:, None]) / scale[:, None]
        self._after = torch.from_numpy(measured).float().to(device)
        self._from = torch.stack([torch.from_numpy(center), torch.from_numpy(scale)], 1).to(device, finest(device))
        self._loss = LOSSES[loss]

    def wanted(self, rows: Tensor, inputs: Inputs) -> Tensor:
        known = self._from.index_select(0, rows)
        return torch.cat([self._after.index_select(0, rows).to(known.dtype), known], 1)

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        return self._loss(outputs, targets[:, :-2].to(outputs.dtype))

    def mass(self, targets: Tensor) -> float:
        return float(len(targets))

    def told(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """In the series' own unit."""
        center, scale = targets[:, -2:-1], targets[:, -1:]
        return outputs.to(scale.dtype) * scale + center

    def loss_of(self, told: Tensor, rows: Tensor) -> float:
        center, scale = torch.split(self._from.index_select(0, rows), 1, 1)
        return float(self._loss(((told.to(center.dtype) - center) / scale).float(), self._after.index_select(0, rows)))
