"""Short number formats: what the layers compute in them, and how small gradients survive in the shortest.

Weights and optimizer stay in float32 (Micikevicius et al., Mixed Precision Training, 2018). bfloat16 has float32's
range and needs no more; float16 multiplies the loss by a scale that grows until a gradient overflows, and then such a
step is left out and the scale halved (section 3.2).
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

import torch
from torch import Tensor

from trainer.contract import N_, Log
from trainer.distributed import ALONE, Ranks
from trainer.recipes.parameters import Format
from trainer.reporter import Emit

FORMATS = {"bfloat16": torch.bfloat16, "float16": torch.float16}
GROW_AFTER = 2000  # good steps
ON_CPU = N_("The short formats are for GPUs; this run computes in float32.")
NO_BFLOAT = N_("This GPU has no bfloat16; this run computes in float32.")


class Precision:
    """The format of the layers, and the scale of the loss (1 unless the format is float16)."""

    def __init__(self, device: torch.device, short: torch.dtype | None = None) -> None:
        self.short, self._device = short, device
        self.scale = 2.0**16 if short is torch.float16 else 1.0
        self.good = 0  # steps since the scale last changed

    def layers(self) -> contextlib.AbstractContextManager[object]:
        return contextlib.nullcontext() if self.short is None else torch.autocast(self._device.type, self.short)

    def settled(self, gradients: Sequence[Tensor], ranks: Ranks = ALONE) -> bool:
        """Take the scale out of the gradients; False where the step must be left out, here or by any of `ranks`."""
        if self.short is not torch.float16:
            return True
        for gradient in gradients:
            gradient.div_(self.scale)
        bad = torch.tensor(sum(not bool(torch.isfinite(gradient).all()) for gradient in gradients))
        bad = bad.to(self._device)
        ranks.add_up(bad)
        if bad:
            self.scale, self.good = max(1.0, self.scale / 2), 0
            return False
        self.good += 1
        if self.good >= GROW_AFTER:
            self.scale, self.good = self.scale * 2, 0
        return True


def short_format(asked: Format, device: torch.device, emit: Emit) -> torch.dtype | None:
    """As asked where the device has it; None for float32, with a word about it where something else was asked."""
    short = FORMATS.get(asked)
    if short is not None and device.type == "cpu":
        emit(Log(level="info", text=ON_CPU))
        return None
    if short is torch.bfloat16 and device.type == "cuda" and not torch.cuda.is_bf16_supported():
        emit(Log(level="warning", text=NO_BFLOAT))
        return None
    return short
