"""Pictures as rows of pixels between 0 and 1, from pixel columns or from picture files."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from PIL import Image, UnidentifiedImageError

Pixels = npt.NDArray[np.float32]

Image.MAX_IMAGE_PIXELS = 64_000_000  # a larger picture is refused (Pillow raises), not unpacked into memory


def from_columns(table: pa.Table, names: Sequence[str]) -> Pixels:
    """One row per picture; every column is written as one stripe and the matrix turned once at the end."""
    stripes = np.empty((len(names), table.num_rows), np.float32)
    for place, name in enumerate(names):
        stripes[place] = table.column(name).to_numpy()
    return np.ascontiguousarray(stripes.T)


def from_bytes(content: bytes, side: int, channels: int) -> Pixels:
    """A PNG, JPEG, … as `channels` planes of side × side, 0 to 255; ValueError when it is no picture."""
    try:
        with Image.open(io.BytesIO(content)) as picture:
            scaled = picture.convert("L" if channels == 1 else "RGB").resize((side, side), Image.Resampling.BILINEAR)
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError, SyntaxError) as error:
        raise ValueError(str(error)) from None
    planes = np.asarray(scaled, np.float32).reshape(side, side, channels)
    return np.ascontiguousarray(planes.transpose(2, 0, 1)).reshape(-1)


def content_of(value: Any) -> bytes | None:
    """The bytes of an image cell: binary itself, or a struct that holds `bytes` as public datasets have it."""
    return value.get("bytes") if isinstance(value, dict) else value


def shape_of(count: int) -> tuple[int, int, int] | None:
    """Channels, height and width of so many pixels: a grey square, or three of them."""
    for channels in (1, 3):
        side = math.isqrt(count // channels)
        if side * side * channels == count and side > 1:
            return channels, side, side
    return None
