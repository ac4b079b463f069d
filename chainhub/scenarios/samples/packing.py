"""Archives and pictures of example data: the same bytes each time."""

import io
import zipfile
from collections.abc import Iterable
from typing import Any

from PIL import Image

LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest moment that a ZIP can tell


def zip_of(files: Iterable[tuple[str, bytes]]) -> bytes:
    """A ZIP of names and contents in that order; pictures are packed already and stored as they are."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files:
            told = zipfile.ZipInfo(name, LONG_AGO)
            told.external_attr = 0o644 << 16
            stored = name.endswith((".png", ".jpg"))
            archive.writestr(told, content, zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def png_of(picture: Image.Image) -> bytes:
    """Without loss, and without anything beside the picture."""
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def picture_of(data: bytes) -> Image.Image:
    """Decoded; colours as red, green and blue, grey as grey."""
    with Image.open(io.BytesIO(data)) as picture:
        return picture.convert("L" if picture.mode in {"1", "L", "I;16"} else "RGB")


def tiles_of(picture: Image.Image, columns: int, rows: int) -> Iterable[tuple[Any, tuple[int, int, int, int]]]:
    """The picture cut into so many parts, row by row, each with its place: left, top, right, bottom in pixels."""
    for row in range(rows):
        for column in range(columns):
            box = (
                picture.width * column // columns,
                picture.height * row // rows,
                picture.width * (column + 1) // columns,
                picture.height * (row + 1) // rows,
            )
            yield picture.crop(box), box
