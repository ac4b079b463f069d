"""Where a network looks in the pictures of a class: the mean size of the attributions of its held-out pictures.

Integrated Gradients from a black picture, 8 places, at most 32 pictures of each of the first 20 classes. Classes with
fewer than 5 pictures are left out, so that no single one is to be seen.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from trainer.evaluation.attribution import integrated_gradients, likelihood
from trainer.evaluation.seen import Seen
from trainer.network import Network

STEPS, PER_CLASS, CLASSES, FEWEST = 8, 32, 20, 5


def class_heat(seen: Seen) -> dict[str, Any]:
    """Side × side numbers from 0 to 1 for each class."""
    network = seen.learner.network
    if seen.input_kind() != "image" or not isinstance(network, Network) or set(seen.spec.masked):
        return {}
    shape = seen.preparation.input_json()["shape"]
    targets = seen.source.target.values[seen.rows].astype(np.int64)
    found = []
    for place, label in enumerate(seen.source.target.labels[:CLASSES]):
        rows = seen.rows[targets == place][:PER_CLASS]
        if len(rows) >= FEWEST:
            classes = torch.full((len(rows),), place, device=seen.feed.device)
            heat = heats(network, seen.inputs(rows)[0], classes, shape, STEPS).mean(0)
            found.append({"label": label, "heat": scaled(heat)})
    return {"class_heat": found} if found else {}


def heats(network: Network, pixels: Tensor, classes: Tensor, shape: list[int], steps: int) -> Tensor:
    """Pictures × height × width: how much each place speaks for or against the class, over all colours."""
    found = integrated_gradients(
        lambda at: likelihood(network((at, None)), classes), pixels, torch.zeros_like(pixels), steps
    )
    return found.view(-1, *shape).sum(1).abs()


def scaled(heat: Tensor) -> list[list[float]]:
    """From 0 to 1, the largest being 1."""
    largest = float(heat.max())
    found: list[list[float]] = (heat / largest if largest > 0 else heat).double().cpu().numpy().round(4).tolist()
    return found
