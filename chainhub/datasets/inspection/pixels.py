"""Tables that are images: one row each, one column per pixel, and a label."""

import base64
import io
import math
import re
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from PIL import Image

SMALLEST_SIDE = 8
BRIGHTEST = 255
MOST_CLASSES = 1000
NAME = re.compile(r"(?:pixel|px|p)?[_ ]?(\d+)(?:x(\d+))?$", re.IGNORECASE)
SHOWN = 48


@dataclass(frozen=True)
class PixelShape:
    """How the columns make a picture."""

    height: int
    width: int
    channels: int
    label: str
    first: str  # the first pixel's column; the others follow it

    def as_json(self, maximum: float) -> dict[str, Any]:
        """The form in which the report keeps it."""
        return {**asdict(self), "count": self.height * self.width * self.channels, "maximum": maximum}


def side_of(count: int) -> tuple[int, int] | None:
    """Side and channels of a square picture of `count` values."""
    for channels in (1, 3):
        side = math.isqrt(count // channels)
        if side >= SMALLEST_SIDE and side * side * channels == count:
            return side, channels
    return None


def pixel_names(rows: list[list[str]], width: int) -> tuple[list[str], PixelShape] | None:
    """Names for a table without header whose rows are square pictures with a label at one end."""
    square = side_of(width - 1)
    if not square:
        return None
    try:
        values = np.array([[float(cell) for cell in row] for row in rows if len(row) == width])
    except ValueError:
        return None
    if not len(values) or values.min() < 0 or values.max() > BRIGHTEST:
        return None
    names = [f"pixel_{number}" for number in range(width - 1)]
    shape = PixelShape(square[0], square[0], square[1], "label", "pixel_0")
    return ([*names, "label"] if _is_label(values[:, -1], values[:, 0]) else ["label", *names]), shape


def _is_label(end: Any, other: Any) -> bool:
    """Whether the label stands at this end rather than the other: a corner pixel hardly ever changes."""
    if _may_be_classes(end) and len(np.unique(end)) > 1:
        return True
    return not (_may_be_classes(other) and len(np.unique(other)) > 1)


def _may_be_classes(values: Any) -> bool:
    return bool((values == np.floor(values)).all()) and len(np.unique(values)) <= MOST_CLASSES


def shape_of(names: list[str], numeric: set[str]) -> PixelShape | None:
    """The picture in a table with header: all columns but one are numbered pixels."""
    if not (square := side_of(len(names) - 1)):
        return None
    for label in (names[-1], names[0]):
        pixels = [name for name in names if name != label]
        if all(NAME.match(name) and name in numeric for name in pixels) and not NAME.match(label):
            return PixelShape(square[0], square[0], square[1], label, pixels[0])
    return None


def pictures(values: Any, labels: list[Any], shape: PixelShape, maximum: float) -> list[dict[str, str]]:
    """The first rows as small PNG pictures (base64), for the preview."""
    scaled = np.clip(values[:SHOWN] * (BRIGHTEST / (maximum or 1)), 0, BRIGHTEST).astype(np.uint8)
    shown = []
    for row, label in zip(scaled, labels, strict=False):
        side = (shape.height, shape.width)
        pixels = row.reshape(side) if shape.channels == 1 else row.reshape((*side, shape.channels))
        shown.append({"label": str(label), "png": as_png(Image.fromarray(pixels))})
    return shown


def as_png(image: Image.Image) -> str:
    """A picture encoded anew, so that nothing but pixels is left of it."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return base64.b64encode(buffer.getvalue()).decode()
