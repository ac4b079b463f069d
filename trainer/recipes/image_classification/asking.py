"""Pictures that people send to a published model: as pixels, or as a file in base64."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from trainer.asking import picture_in
from trainer.contract import N_
from trainer.data.feed import Inputs
from trainer.data.pixels import Pixels, from_bytes
from trainer.reasons import of_pictures
from trainer.serving import Layered, Row, refusal

LARGEST = 1e6  # of a pixel; what is larger is no picture, and its sums no numbers


def encoded(preprocessing: dict[str, Any], rows: list[Row]) -> Inputs:
    """Rows as the network takes them."""
    channels, side, _ = preprocessing["shape"]
    pixels = np.stack([_pixels(row, channels, side, preprocessing["divide"]) for row in rows])
    return torch.from_numpy(pixels) / preprocessing["divide"], None


def _pixels(row: Row, channels: int, side: int, divide: float) -> Pixels:
    count = channels * side * side
    if "pixels" in row:
        try:
            pixels = np.asarray(row["pixels"], np.float32).reshape(-1)
        except (ValueError, TypeError, OverflowError):
            raise refusal(N_("Pixels are a list of numbers.")) from None
        if not (np.abs(pixels) <= LARGEST).all():
            raise refusal(N_("Pixels are numbers between 0 and %(most)s."), most=int(divide))
        if len(pixels) != count:
            raise refusal(N_("The model takes %(count)s pixels, not %(given)s."), count=count, given=len(pixels))
        return pixels
    missing = N_("A picture is given as “image” (base64) or as “pixels” (numbers).")
    return picture_in(row, lambda content: from_bytes(content, side, channels), missing) * np.float32(divide / 255.0)


def reasons(model: Layered, rows: list[Row]) -> list[Any]:
    """Where the network looks in each picture."""
    return of_pictures(model.network, model.encode(rows)[0], model.preprocessing["shape"])
