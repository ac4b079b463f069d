"""Small made-up photographs as picture files."""

from __future__ import annotations

import io
import json

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


def things(rows: int, seed: int) -> pa.Table:
    """Pictures of 40 × 30 with a bright disc or a dark bar or two, and where they are."""
    random = np.random.default_rng(seed)
    cells, boxes = [], []
    for _ in range(rows):
        values = random.normal(120, 5, (30, 40, 3))
        told = []
        for left in random.permutation([1, 21])[: random.integers(1, 3)]:
            disc, top = bool(random.random() < 0.5), int(random.integers(1, 14))
            x, width, height = int(left) + int(random.integers(0, 5)), 12, 12 if disc else 6
            part = values[top : top + height, x : x + width]
            y_of, x_of = np.mgrid[0:height, 0:width]
            inside = (x_of - 5.5) ** 2 + (y_of - 5.5) ** 2 < 36 if disc else np.ones((height, width), bool)
            part[inside] = (250, 220, 80) if disc else (20, 20, 60)
            told.append({"category": "disc" if disc else "bar", "box": [x, top, width, height]})
        cells.append(png(values.clip(0, 255)))
        boxes.append(json.dumps(told))
    return pa.table({"image": pa.array(cells, pa.binary()), "label": ["thing"] * rows, "boxes": boxes})
