"""Where a network looks in the pictures of a class: the mean size of the attributions of its held-out pictures.

Integrated Gradients from a black picture, 8 places, at most 32 pictures of each of the first 20 classes. Classes with
fewer than 5 pictures are left out, so that no single one is to be seen.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from trainer.data.columns import Ints
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

    def mean(place: int, rows: Ints) -> Tensor:
        classes = torch.full((len(rows),), place, device=seen.feed.device)
        pieces = (seen.inputs(own)[0] for own in seen.pieces(rows, PIXELS))
        return torch.cat([heats(network, own, classes[: len(own)], shape, STEPS) for own in pieces]).mean(0)

    told = [{"label": labels[place], "heat": scaled(mean(place, rows))} for place, rows in parts.items()]
    return {"class_heat": told} if told else {}


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
