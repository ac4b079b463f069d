"""Pictures as rows of pixels between 0 and 1, from pixel columns or from picture files."""

from __future__ import annotations

import io
import math
import struct
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from PIL import Image, UnidentifiedImageError

from trainer.data.reading import Lazy
from trainer.data.spill import Room

Pixels = npt.NDArray[np.float32]
Planes = npt.NDArray[np.uint8]
Size = tuple[int, int]  # width and height
BLOCK = 4096  # rows that are turned at a time
LARGEST = 64_000_000  # pixels; a larger picture is refused, not unpacked into memory
Image.MAX_IMAGE_PIXELS = LARGEST  # for what Pillow looks into before it tells the size
# what Pillow's readers raise at files that are none
BROKEN: tuple[type[Exception], ...] = (
    OSError,
    SyntaxError,
    NotImplementedError,
    TypeError,
    LookupError,
    ArithmeticError,
)
BROKEN += (EOFError, struct.error, zlib.error, Image.DecompressionBombError)


def from_columns(tables: Sequence[pa.Table | Lazy], names: Sequence[str], room: Room) -> Pixels:
    """One row per picture; every column is written as one stripe, and the stripes are turned block by block."""
    values = room((sum(table.num_rows for table in tables), len(names)), np.float32)
    begin = 0
    for table in tables:
        stripes = room((len(names), table.num_rows), np.float32)
        for place, name in enumerate(names):
            column = table.column(name)
            stripes[place] = np.nan if pa.types.is_null(column.type) else column.to_numpy()
        for first in range(0, table.num_rows, BLOCK):
            block = stripes[:, first : first + BLOCK].T
            values[begin + first : begin + first + len(block)] = block
        begin += table.num_rows
    return values


def blackened(values: Pixels) -> bool:
    """Missing and infinite pixels become black; whether there were any."""
    found = False
    for begin in range(0, len(values), BLOCK):
        block = values[begin : begin + BLOCK]
        if not np.isfinite(block).all():
            found = True
            np.nan_to_num(block, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
    return found


def from_bytes(content: bytes, side: int, channels: int) -> Pixels:
    """A PNG, JPEG, … as `channels` planes of side × side, 0 to 255; ValueError when it is no picture."""
    return planes_of(content, channels, lambda size: (side, side)).astype(np.float32).reshape(-1)


def planes_of(content: bytes, channels: int, fitted: Callable[[Size], Size] = lambda size: size) -> Planes:
    """The same at the size that `fitted` makes of its own (channels × height × width)."""
    try:
        with Image.open(io.BytesIO(content)) as picture:
            if picture.width * picture.height > LARGEST:
                raise ValueError(f"{picture.width} × {picture.height} pixels are too many")
            turned, size = picture.convert("L" if channels == 1 else "RGB"), fitted(picture.size)
            scaled = turned if size == turned.size else turned.resize(size, Image.Resampling.BILINEAR)
            planes = np.asarray(scaled, np.uint8).reshape(scaled.height, scaled.width, channels)
    except UnidentifiedImageError:  # whose own words name a place in memory
        raise ValueError("not a known kind of file") from None
    except BROKEN as error:
        raise ValueError(str(error) or type(error).__name__) from None
    return np.ascontiguousarray(planes.transpose(2, 0, 1))


def as_png(planes: Pixels, shape: tuple[int, int, int], most: int) -> bytes:
    """Planes from 0 to 1 as a PNG of at most so many pixels a side."""
    channels, height, width = shape
    values = np.rint(planes.reshape(shape).transpose(1, 2, 0).clip(0, 1) * 255).astype(np.uint8)
    picture = Image.fromarray(values[:, :, 0] if channels == 1 else values)
    if max(height, width) > most:
        picture = picture.resize((most, most), Image.Resampling.BILINEAR)
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    return file.getvalue()


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
