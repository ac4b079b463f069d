"""A checkpoint is one safetensors file, replaced atomically: tensors, and the rest as JSON in its header. No pickle."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load, save, save_file
from torch import Tensor

from trainer.contract import N_
from trainer.failures import TrainingError

NAME = "checkpoint.safetensors"
FORMAT = 1  # of what a checkpoint holds; one more whenever a name in it is new, gone or means something else
ALIKE = "alike"  # of what several processes write, all that is not spread over them: a checkpoint in a tensor


def write(folder: Path, tensors: dict[str, Tensor], state: dict[str, Any], name: str = NAME) -> Path:
    """Replace the folder's checkpoint; a reader sees the old one or the new one, never half of either."""
    path, new = folder / name, folder / f"{name}.new"
    save_file(_kept(tensors), new, _told(state))  # from where they are, without a copy in memory
    with new.open("rb+") as file:
        os.fsync(file.fileno())
    new.replace(path)
    return path


def read(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Its tensors and state; TrainingError when it is damaged or gone, or when another version wrote it.

    What was spread over processes is left for whoever takes it up.
    """
    try:
        with safe_open(path, framework="pt") as file:
            if ALIKE not in file.keys():  # noqa: SIM118 - not a dict
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
                return tensors, _state(file.metadata() or {})
            return _unpacked(file.get_tensor(ALIKE))
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise TrainingError(
            "data",
            N_("The checkpoint cannot be read: %(reason)s"),
            N_("Start the job again from the beginning."),
            reason=str(error)[:200],
        ) from None


def packed(tensors: dict[str, Tensor], state: dict[str, Any]) -> Tensor:
    """A whole checkpoint as one tensor, of float32 because torch joins no integers; its bits are only kept."""
    content = _bytes(tensors, state)
    filled = bytearray(len(content).to_bytes(8, "little") + content + bytes(-len(content) % 4))
    return torch.frombuffer(filled, dtype=torch.float32)


def _unpacked(tensor: Tensor) -> tuple[dict[str, Tensor], dict[str, Any]]:
    filled = tensor.numpy().tobytes()
    content = filled[8 : 8 + int.from_bytes(filled[:8], "little")]
    header = content[8 : 8 + int.from_bytes(content[:8], "little")]  # as safetensors begins
    return load(content), _state(json.loads(header)["__metadata__"])


def names(path: Path) -> list[str]:
    """Of everything that is in the file."""
    with safe_open(path, framework="pt") as file:
        return list(file.keys())


def one(path: Path, name: str) -> Tensor:
    """A single tensor of the file."""
    with safe_open(path, framework="pt") as file:
        found: Tensor = file.get_tensor(name)
        return found


def _bytes(tensors: dict[str, Tensor], state: dict[str, Any]) -> bytes:
    content: bytes = save(_kept(tensors), _told(state))
    return content


def _told(state: dict[str, Any]) -> dict[str, str]:
    """One entry alone: several stand in a file's header in no certain order."""
    return {"state": json.dumps({"format": FORMAT, **state})}


def _state(told: dict[str, str]) -> dict[str, Any]:
    """What the header says; before there were numbers of formats, it said none."""
    state: dict[str, Any] = json.loads(told["state"])
    if state.pop("format", None) != FORMAT:
        raise TrainingError(
            "data",
            N_("The checkpoint was written by another version of the trainer, whose form this one does not read."),
            N_("Start the job again from the beginning."),
        )
    return state


def _kept(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: tensor.detach().cpu() for name, tensor in tensors.items()}
