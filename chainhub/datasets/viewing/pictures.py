"""Pictures of rows: small ones for a grid, whole ones to look at; what is kept is pixels."""

import base64
import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image, UnidentifiedImageError

from chainhub.datasets.inspection.pixels import BRIGHTEST, as_png

SIDE = 144
MOST_PIXELS = 64_000_000
GREY = {"1", "L", "I", "I;16"}


def small_picture(data: bytes | None) -> str:
    """A `data:` address of the picture, made small; empty where it cannot be read."""
    image = _opened(data, least=2 * SIDE)
    if image is None:
        return ""
    image.thumbnail((SIDE, SIDE))
    if image.mode == "L":
        return f"data:image/png;base64,{as_png(image)}"
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=82)
    return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def whole_picture(data: bytes | None) -> bytes | None:
    """The picture as a PNG, encoded anew; None where it cannot be read."""
    image = _opened(data)
    if image is None:
        return None
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def picture_of_pixels(row: Mapping[str, Any], names: Sequence[str], shape: Mapping[str, Any]) -> str:
    """A row of pixel columns as a picture."""
    values = np.array([row.get(name) or 0 for name in names], float) * (BRIGHTEST / (shape.get("maximum") or 1))
    pixels = np.clip(np.nan_to_num(values), 0, BRIGHTEST).astype(np.uint8)
    side = (shape["height"], shape["width"])
    grey = shape.get("channels", 1) == 1
    image = Image.fromarray(pixels.reshape(side if grey else (*side, shape["channels"])))
    return f"data:image/png;base64,{as_png(image)}"


def _opened(data: bytes | None, *, least: int | None = None) -> Image.Image | None:
    """`least`: so many pixels on each side are enough, which spares a large photo most of its decoding."""
    if not data:
        return None
    try:
        image = Image.open(io.BytesIO(data), formats=["PNG", "JPEG"])
        if image.width * image.height > MOST_PIXELS:
            return None
        if least:
            image.draft(None, (least, least))
        return image.convert("L" if image.mode in GREY else "RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None
