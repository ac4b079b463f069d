"""Where a network looks in the pictures of a class: the mean size of the attributions of its held-out pictures.

Integrated Gradients from a black picture, 8 places, at most 32 pictures of each of the first 20 classes. Classes with
fewer than 5 pictures are left out, so that no single one is to be seen.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the customary name
from torch import Tensor

from trainer.data.columns import Ints
from trainer.data.feed import Inputs
from trainer.evaluation.asked import affordable
from trainer.evaluation.attribution import integrated_gradients, likelihood
from trainer.evaluation.seen import Seen
from trainer.network import Network

Telling = Callable[[Inputs], Tensor]

STEPS, PER_CLASS, CLASSES, FEWEST = 8, 32, 20, 5
PLACES = 32  # a side, at least
BACK = 3  # passes through the layers that a step takes: forwards and back
PIXELS = 500_000  # at a time


def class_heat(seen: Seen) -> dict[str, Any]:
    """Side × side numbers from 0 to 1 for each class."""
    network = seen.learner.network
    if seen.input_kind() != "image" or set(seen.spec.masked):
        return {}
    shape = seen.preparation.input_json()["shape"]
    labels = seen.source.target.labels
    targets = seen.source.target.values[seen.rows].astype(np.int64)
    told = min(CLASSES, len(labels))
    most = PER_CLASS if isinstance(network, Network) else min(PER_CLASS, affordable(seen, told * STEPS * BACK))
    parts = {place: seen.rows[targets == place][:most] for place in range(told)}
    parts = {place: rows for place, rows in parts.items() if len(rows) >= FEWEST}

    def mean(place: int, rows: Ints) -> Tensor:
        classes = torch.full((len(rows),), place, device=seen.feed.device)
        pieces = (seen.inputs(own)[0] for own in seen.pieces(rows, PIXELS))
        return torch.cat([heats(network, own, classes[: len(own)], shape, STEPS) for own in pieces]).mean(0)

    found = [{"label": labels[place], "heat": scaled(mean(place, rows))} for place, rows in parts.items()]
    return {"class_heat": found} if found else {}


def heats(network: Telling, pixels: Tensor, classes: Tensor, shape: list[int], steps: int) -> Tensor:
    """Pictures × height × width: how much each place speaks for or against the class, over all colours.

    Of large pictures places are put together, for what single pixels say is mostly noise.
    """
    found = integrated_gradients(
        lambda at: likelihood(network((at, None)), classes), pixels, torch.zeros_like(pixels), steps
    )
    places = found.view(-1, *shape).sum(1).abs()
    return F.avg_pool2d(places[:, None], max(1, shape[1] // PLACES))[:, 0] if shape[1] >= 2 * PLACES else places


def scaled(heat: Tensor) -> list[list[float]]:
    """From 0 to 1, the largest being 1."""
    largest = float(heat.max())
    found: list[list[float]] = (heat / largest if largest > 0 else heat).double().cpu().numpy().round(4).tolist()
    return found
