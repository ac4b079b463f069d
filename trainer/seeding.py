"""One seed makes every random choice: each use derives its own from the seed and its purpose."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
import torch


def derive(seed: int, *purpose: object) -> int:
    """A seed of its own for a purpose, the same on every machine."""
    text = "/".join(str(part) for part in (seed, *purpose))
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little") >> 1


def numpy_generator(seed: int, *purpose: object) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(derive(seed, *purpose)))


def torch_generator(seed: int, *purpose: object) -> torch.Generator:
    return torch.Generator().manual_seed(derive(seed, *purpose))
