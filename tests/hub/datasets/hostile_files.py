"""Packed files, images, Parquet, and what is something else altogether.

A case is (name, bytes, sentence): a sentence that begins with "!" is a refusal, one with "+" a repair, "" says that
there is nothing to say. It is the English sentence with its parameters filled in.
"""

import gzip
import io
import pickle
import zipfile

import numpy as np
import pyarrow as pa

from tests.hub.datasets.hostile_texts import GOOD, Case
from tests.hub.datasets.packing import parquet, picture, zipped


def locked_zip() -> bytes:
    """A ZIP whose flag says that it is protected."""
    data = bytearray(zipped({"a/x.png": picture()}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + place] |= 1
    return bytes(data)


def symlink_zip() -> bytes:
    info = zipfile.ZipInfo("a/link.png")
    info.external_attr = 0o120777 << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    return out.getvalue()


OTHER = (
    "!This is another kind of file ({}). Upload a table (CSV, Excel, Parquet, Arrow, JSON), texts, or images in a ZIP "
    "or tar."
)

CASES: list[Case] = [
    # --- packed
    ("gzip", lambda: gzip.compress(GOOD.encode()), "+The file was packed; what is inside was read."),
    ("zip with a table", lambda: zipped({"x.csv": GOOD.encode()}), "+The file was packed; what is inside was read."),
    (
        "cut gzip",
        lambda: gzip.compress(np.random.default_rng(0).integers(65, 90, 50_000, "uint8").tobytes())[:-9000],
        "!The packed file is damaged or cut off after *",
    ),
    (
        "gzip in gzip",
        lambda: gzip.compress(gzip.compress(GOOD.encode())),
        "!The file is packed more than once; unpack it and pack it once.",
    ),
    (
        "gzip bomb",
        lambda: gzip.compress(b"1,2\n" * (80 * 2**20), compresslevel=1),
        "!The file would unpack to far more than its size suggests; it is refused.",
    ),
    (
        "zip bomb",
        lambda: zipped({f"a/{n}.png": bytes(90 * 2**20) for n in range(3)}),
        "!The ZIP would unpack to far more than its size suggests; it is refused.",
    ),
    (
        "cut zip",
        lambda: zipped({"a/x.png": picture()})[:-40],
        "!The ZIP is damaged or cut off; pack or upload it again.",
    ),
    ("locked zip", locked_zip, "!The ZIP is protected by a password; pack it again without one."),
    (
        "zip that climbs out",
        lambda: zipped({"../../etc/x.png": picture()}),
        "!The ZIP holds “../../etc/x.png”, which points outside of it or is no plain file; it is refused.",
    ),
    (
        "zip with a link",
        symlink_zip,
        "!The ZIP holds “a/link.png”, which points outside of it or is no plain file; it is refused.",
    ),
    ("zip of nothing", lambda: zipped({}), "!The ZIP holds no files."),
    # --- images
    ("images", lambda: zipped({f"{k}/{n}.png": picture(n * 9) for k in ("cat", "dog") for n in range(9)}), ""),
    (
        "images in no folder",
        lambda: zipped({"x.png": picture(), "y.png": picture()}),
        "!The images lie in no folder. Put the images of each class into a folder named after it, "
        "or add a CSV with the columns file and label.",
    ),
    (
        "one class",
        lambda: zipped({"a/x.png": picture(), "a/y.png": picture(3)}),
        "+All images lie in one folder; to tell classes apart, there must be two or more.",
    ),
    (
        "svg among images",
        lambda: zipped({"a/x.png": picture(), "b/y.png": picture(2), "b/z.svg": b"<svg onload='alert(1)'/>"}),
        "+Files that are no images were left out (1, such as “b/z.svg”).",
    ),
    (
        "only svg",
        lambda: zipped({"a/z.svg": b"<svg/>", "b/y.svg": b"<svg/>"}),
        "!The ZIP holds “a/z.svg” but no images (PNG, JPEG, BMP, GIF, TIFF, WebP), no texts and no lone table.",
    ),
    (
        "a broken image",
        lambda: zipped({"a/x.png": picture(), "b/y.png": picture(1), "b/z.png": picture()[:45]}),
        "+Images that cannot be decoded or lie in no folder were left out (1, such as “b/z.png”).",
    ),
    (
        "no image decodes",
        lambda: zipped({"a/x.png": b"not a picture", "b/y.jpg": b"nor this"}),
        "!Images cannot be decoded (2, the first is “a/x.png”); pack them again.",
    ),
    (
        "other image formats",
        lambda: zipped({"a/x.bmp": picture(form="BMP"), "b/y.gif": picture(1, form="GIF")}),
        "+Images of other formats were turned into PNG (2).",
    ),
    # --- Parquet
    ("parquet", lambda: parquet(a=[1, 2, None], b=["x", "y", None]), ""),
    (
        "cut parquet",
        lambda: parquet(a=list(range(1000)))[:-20],
        "!The Parquet file is damaged or cut off; write it again and upload it.",
    ),
    (
        "nested parquet",
        lambda: parquet(a=[1], items=[[1, 2]]),
        "+“items” holds nested values; they were kept as JSON text.",
    ),
    ("empty parquet", lambda: parquet(a=pa.array([], pa.int64())), "!The table has columns but no rows."),
    (
        "infinite in parquet",
        lambda: parquet(a=[1.0, float("inf"), 2.0]),
        "+“a”: infinite values count as missing (1).",
    ),
    # --- something else altogether
    (
        "pickle",
        lambda: pickle.dumps({"a": 1}),
        OTHER.format("Python pickle"),
    ),
    (
        "program",
        lambda: b"MZ\x90\x00" + bytes(200),
        OTHER.format("Windows program"),
    ),
    (
        "Word",
        lambda: zipped({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"}),
        OTHER.format("Word document"),
    ),
    (
        "web page",
        lambda: b"<!DOCTYPE html><html><body>Sign in</body></html>",
        "!This is a web page or XML, not a table. Export the data itself as CSV or Parquet.",
    ),
    (
        "noise",
        lambda: np.random.default_rng(1).integers(1, 256, 5000, "uint8").tobytes(),
        "!This is a binary file of an unknown kind, not a table.",
    ),
    (
        "single image",
        picture,
        OTHER.format("single image"),
    ),
]
