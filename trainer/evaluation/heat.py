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
PIXELS = 500_000  # at a time


def class_heat(seen: Seen) -> dict[str, Any]:
    """Side × side numbers from 0 to 1 for each class."""
    network = seen.learner.network
    if seen.input_kind() != "image" or not isinstance(network, Network) or set(seen.spec.masked):
        return {}
    shape = seen.preparation.input_json()["shape"]
    labels = seen.source.target.labels
    targets = seen.source.target.values[seen.rows].astype(np.int64)
    parts = {place: seen.rows[targets == place][:PER_CLASS] for place in range(min(CLASSES, len(labels)))}
    parts = {place: rows for place, rows in parts.items() if len(rows) >= FEWEST}
    if not parts:
        return {}
    sizes = [len(rows) for rows in parts.values()]
    classes = torch.tensor(np.repeat(list(parts), sizes), device=seen.feed.device)
    pixels = seen.inputs(np.concatenate(list(parts.values())))[0]
    at_once = max(1, PIXELS // pixels[0].numel())
    pieces = zip(torch.split(pixels, at_once), torch.split(classes, at_once), strict=True)
    heat = torch.cat([heats(network, some, own, shape, STEPS) for some, own in pieces])
    means = [part.mean(0) for part in torch.split(heat, sizes)]
    return {"class_heat": [{"label": labels[p], "heat": scaled(m)} for p, m in zip(parts, means, strict=True)]}


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
