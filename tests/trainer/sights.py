"""A base model of a few hundred weights that looks at pictures, as an import writes it; its weights follow a seed."""

from __future__ import annotations

from pathlib import Path

import torch

from trainer.importing.pictures import write_base
from trainer.sight.network import Base
from trainer.sight.shape import Sight, Stage

SMALL = Sight(
    stem=4, stages=(Stage(3, 1, 1, 4, 1), Stage(3, 2, 2, 8, 2), Stage(5, 2, 2, 8, 1), Stage(3, 2, 2, 8, 1)),
    last=16, classes=3, even=False, mean=(0.5, 0.4, 0.3), deviation=(0.25, 0.25, 0.2), side=32,
)  # fmt: skip


def small_base(folder: Path, sight: Sight = SMALL) -> Path:
    """Convolutions of about the size that keeps what passes about as large as it came."""
    random = torch.Generator().manual_seed(7)
    weights = {}
    for name, value in Base(sight).state_dict().items():
        if name.endswith(".scale"):
            weights[name] = torch.ones_like(value)
        else:
            spread = (2.0 / max(1, value[0].numel())) ** 0.5 if value.dim() > 1 else 0.1
            weights[name] = torch.empty_like(value).normal_(0.0, spread, generator=random)
    weights["classes.weight"], weights["classes.bias"] = torch.zeros(sight.classes, sight.last), torch.zeros(3)
    folder.mkdir(parents=True, exist_ok=True)
    write_base(folder, "Small", sight, weights)
    return folder
