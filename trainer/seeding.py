"""One seed makes every random choice: each use derives its own from the seed and its purpose."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
import torch
from torch import Tensor


def derive(seed: int, *purpose: object) -> int:
    """A seed of its own for a purpose, the same on every machine."""
    text = "/".join(str(part) for part in (seed, *purpose))
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little") >> 1


def numpy_generator(seed: int, *purpose: object) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(derive(seed, *purpose)))


def torch_generator(seed: int, *purpose: object) -> torch.Generator:
    return torch.Generator().manual_seed(derive(seed, *purpose))


def states(device: torch.device) -> dict[str, Tensor]:
    """Where the generators stand that drop neurons: torch's own, and the device's."""
    found = {"rng": torch.get_rng_state()}
    if device.type == "cuda":
        found["rng_cuda"] = torch.cuda.get_rng_state(device)
    if device.type == "mps":
        found["rng_mps"] = torch.mps.get_rng_state()
    return found


def take_up(tensors: dict[str, Tensor], device: torch.device) -> None:
    """Go on from such states, on another kind of device as far as they go."""
    torch.set_rng_state(tensors["rng"])
    if device.type == "cuda" and "rng_cuda" in tensors:
        torch.cuda.set_rng_state(tensors["rng_cuda"], device)
    if device.type == "mps" and "rng_mps" in tensors:
        torch.mps.set_rng_state(tensors["rng_mps"])
