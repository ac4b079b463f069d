"""A checkpoint is one safetensors file, replaced atomically: tensors, and the rest as JSON in its header. No pickle."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from trainer.contract import N_
from trainer.failures import TrainingError

NAME = "checkpoint.safetensors"


def write(folder: Path, tensors: dict[str, Tensor], state: dict[str, Any]) -> Path:
    """Replace the folder's checkpoint; a reader sees the old one or the new one, never half of either."""
    content = save({name: tensor.detach().cpu() for name, tensor in tensors.items()}, {"state": json.dumps(state)})
    path, new = folder / NAME, folder / f"{NAME}.new"
    with new.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    return path


def read(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Its tensors and state; TrainingError when it is damaged or gone."""
    try:
        with safe_open(path, framework="pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
            return tensors, json.loads((file.metadata() or {})["state"])
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise TrainingError(
            "data",
            N_("The checkpoint cannot be read: %(reason)s"),
            N_("Start the job again from the beginning."),
            reason=str(error)[:200],
        ) from None
