"""Small made-up photographs as picture files."""

from __future__ import annotations

import io

import numpy as np
import pyarrow as pa
from PIL import Image


def png(values: np.ndarray, kind: str = "PNG") -> bytes:
    held = io.BytesIO()
    Image.fromarray(values.astype(np.uint8)).save(held, kind)
    return held.getvalue()


def slopes(rows: int, seed: int, side: int = 24) -> pa.Table:
    """Pictures of two smooth surfaces that meet at an edge, of different heights."""
    random = np.random.default_rng(seed)
    cells = []
    for row in range(rows):
        height = side + row % 3
        y, x = np.mgrid[0:height, 0:side] / side
        edge = (x - 0.5) * random.normal() + (y - 0.5) * random.normal() > 0
        left, right = random.uniform(20, 230, 2)
        cells.append(png(np.where(edge, left + 20 * x, right - 20 * y).clip(0, 255)))
    return pa.table({"image": pa.array(cells, pa.binary()), "label": ["edge"] * rows})
