"""Pictures that are none, or that other organizations keep in another way: one sentence, and no value of anybody's."""

from __future__ import annotations

import contextlib
import io
import struct
import zlib
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from tests.trainer.conftest import MakeSpec, launch, pictures
from tests.trainer.test_hostile import failed, logs, replaced
from trainer.contract import Failed, Finished
from trainer.data import pixels

ROWS = 40
SHAPES = ["a", "b"] * (ROWS // 2)


def png(side: int = 9) -> bytes:
    held = io.BytesIO()
    Image.fromarray(np.arange(side * side, dtype=np.uint8).reshape(side, side)).save(held, "PNG")
    return held.getvalue()


def files(cells: Any) -> pa.Table:
    return pa.table({"picture": cells, "shape": SHAPES})


GOOD = files(pa.array([png()] * ROWS, pa.binary()))


def seen(job: MakeSpec, tables: dict[str, pa.Table], **changes: Any) -> list[Any]:
    parameters = {"side": 8, "epochs": 1}
    return launch(job(parameters, recipe="image-classification", target="shape", tables=tables, **changes))[1]


@pytest.mark.parametrize(
    ("theirs", "words"),
    [
        (pa.table({"foto": pa.array([png()] * ROWS, pa.binary()), "shape": SHAPES}), "has no field “picture”"),
        (files(["Zhang San.png"] * ROWS), "“picture” of Borealis Motors holds no pictures"),
        (files(pa.array([{"path": "Zhang San.png"}] * ROWS)), "“picture” of Borealis Motors holds no pictures"),
        (files(pa.array([{"bytes": "Zhang San"}] * ROWS)), "“picture” of Borealis Motors holds no pictures"),
    ],
)
def test_another_organization_keeps_its_pictures_otherwise(job: MakeSpec, theirs: pa.Table, words: str) -> None:
    events = seen(job, {"anvil": GOOD, "borealis": theirs}, fields=["picture"])
    failed(events, "data", words)
    assert "Zhang San" not in str(events)


@pytest.mark.parametrize(
    "theirs",
    [["Zhang San"] * ROWS, pa.array([[1, 2]] * ROWS), pa.array([0] * ROWS, pa.date32())],
)
def test_another_organizations_pixels_are_no_numbers(job: MakeSpec, theirs: Any) -> None:
    tables = {"anvil": pictures(ROWS, 1), "borealis": replaced(pictures(ROWS, 2), "p3", theirs)}
    events = seen(job, tables, fields=None)
    failed(events, "data", "“p3” of Borealis Motors holds no pixels")
    assert "Zhang San" not in str(events)


def test_rows_without_a_picture_are_told(job: MakeSpec) -> None:
    cells = pa.array([png()] * (ROWS - 3) + [None] * 3, pa.binary())
    events = seen(job, {"anvil": files(cells)}, fields=["picture"])
    assert isinstance(events[-1], Finished)
    assert "3 rows without a picture are read as black." in logs(events)


def test_pixels_that_one_organization_scaled_before_are_told(job: MakeSpec) -> None:
    ours = pictures(ROWS, 1)
    theirs = pa.table({
        name: column if name == "shape" else np.asarray(column, float) / 255
        for name, column in zip(ours.column_names, ours.columns, strict=True)
    })  # fmt: skip
    events = seen(job, {"anvil": ours, "borealis": theirs}, fields=None)
    assert any("pixels of Borealis Motors are at most 1" in line for line in logs(events))
    events = seen(job, {"anvil": replaced(ours, "p3", np.full(ROWS, -5.0))}, fields=None)
    assert "Some pixels are not between 0 and 255, nor between 0 and 1." in logs(events)
    assert not [line for line in logs(seen(job, {"anvil": ours}, fields=None)) if "ixels" in line]


def test_a_file_of_no_known_kind_is_told_without_a_place_in_memory(job: MakeSpec) -> None:
    cells = pa.array([png()] * (ROWS - 1) + [b"no picture"], pa.binary())
    events = seen(job, {"anvil": files(cells)}, fields=["picture"])
    failed(events, "data", f"Row {ROWS} holds no readable picture: not a known kind of file")
    assert isinstance(events[-1], Failed)
    assert "0x" not in str(events[-1])


@pytest.mark.filterwarnings("ignore")
def test_a_picture_of_too_many_pixels_is_refused_before_it_is_unpacked() -> None:
    head = struct.pack(">IIBBBBB", 9000, 9000, 8, 0, 0, 0, 0)  # between Pillow's warning and its refusal
    whole = png()
    with pytest.raises(ValueError, match="9000 × 9000 pixels are too many"):
        pixels.from_bytes(whole[:16] + head + _checked(b"IHDR" + head) + whole[33:], 8, 1)


def _checked(content: bytes) -> bytes:

    return struct.pack(">I", zlib.crc32(content))


@pytest.mark.filterwarnings("ignore")  # Pillow's own, at what it reads all the same
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "TIFF", "BMP", "WEBP", "DDS", "TGA", "PCX"])
def test_broken_files_are_read_or_refused(kind: str) -> None:
    random = np.random.default_rng(1)
    held = io.BytesIO()
    Image.fromarray(random.integers(0, 255, (30, 30, 3), np.uint8)).save(held, kind)
    for _ in range(150):
        broken = np.frombuffer(held.getvalue(), np.uint8).copy()
        broken[random.integers(0, min(200, len(broken)), 3)] = random.integers(0, 256, 3)
        with contextlib.suppress(ValueError):
            assert pixels.from_bytes(broken.tobytes(), 8, 3).shape == (8 * 8 * 3,)
