"""Small packages of the three forms, built here, that stand where the pinned ones would."""

import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from PIL import Image

Files = Mapping[str, bytes]


def wheel_of(files: Files) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def tar_of(files: Files, root: str, mode: str = "w:gz") -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode=mode) as archive:
        for name, content in files.items():
            told = tarfile.TarInfo(f"{root}/{name}")
            told.size = len(content)
            archive.addfile(told, io.BytesIO(content))
    return packed.getvalue()


def deb_of(files: Files, form: str = "xz") -> bytes:
    data = tar_of(files, ".", "w" if form in {"", "zst"} else f"w:{form}")
    if form == "zst":
        sink = pa.BufferOutputStream()
        with pa.CompressedOutputStream(sink, "zstd") as stream:
            stream.write(data)
        data = sink.getvalue().to_pybytes()
    named = f"data.tar.{form}" if form else "data.tar"
    members = {"debian-binary": b"2.0\n", "control.tar.gz": tar_of({}, "."), named: data}
    packed = b"!<arch>\n"
    for name, content in members.items():
        packed += f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(content):<10}`\n".encode() + content
        packed += b"\n" * (len(content) % 2)
    return packed


# ---------------------------------------------------------------- R's own form, as its documentation has it
def _integer(number: int) -> bytes:
    return struct.pack(">i", number)


def _chars(text: str | None) -> bytes:
    if text is None:
        return _integer(9) + _integer(-1)
    raw = text.encode()
    return _integer(9 | 8 << 12) + _integer(len(raw)) + raw


def _pairs(attributes: Mapping[str, bytes]) -> bytes:
    links = (_integer(2 | 0x400) + _integer(1) + _chars(name) + value for name, value in attributes.items())
    return b"".join(links) + _integer(254)


def r_vector(values: Sequence[Any], **attributes: bytes) -> bytes:
    """Texts, whole numbers or numbers, by the first value that is not missing."""
    first = next((value for value in values if value is not None), 0)
    flags = 0x200 if attributes else 0
    if isinstance(first, str):
        body = _integer(16 | flags) + _integer(len(values)) + b"".join(map(_chars, values))
    elif isinstance(first, int):
        numbers = (-(2**31) if value is None else value for value in values)
        body = _integer(13 | flags) + _integer(len(values)) + b"".join(map(_integer, numbers))
    else:
        missing = struct.pack(">Q", 0x7FF00000000007A2)
        reals = (missing if value is None else struct.pack(">d", value) for value in values)
        body = _integer(14 | flags) + _integer(len(values)) + b"".join(reals)
    return body + (_pairs(attributes) if attributes else b"")


def r_factor(values: Sequence[str | None]) -> bytes:
    levels = sorted({value for value in values if value is not None})
    codes = [None if value is None else levels.index(value) + 1 for value in values]
    return r_vector([*codes], levels=r_vector(levels), **{"class": r_vector(["factor"])})


def r_list(items: Mapping[str, bytes]) -> bytes:
    body = _integer(19 | 0x200) + _integer(len(items)) + b"".join(items.values())
    return body + _pairs({"names": r_vector([*items])})


def serialized(item: bytes) -> bytes:
    return b"X\n" + _integer(2) + _integer(0x040000) + _integer(0x020300) + item


def r_database(path: str, objects: Mapping[str, bytes]) -> dict[str, bytes]:
    """The two files of a lazy-load database."""
    blobs, places = b"", {}
    for name, item in objects.items():
        raw = serialized(item)
        blob = _integer(len(raw)) + zlib.compress(raw)
        places[name] = r_vector([len(blobs), len(blob)])
        blobs += blob
    index = r_list({"variables": r_list(places), "references": r_list({}), "compressed": r_vector([1])})
    return {f"{path}.rdb": blobs, f"{path}.rdx": zlib.compress(serialized(index))}


# ---------------------------------------------------------------- pictures and volumes
def nrrd_of(volume: np.ndarray, encoding: str = "gzip") -> bytes:
    """Sixteen bits a number, the lowest byte first."""
    raw = volume.astype("<i2").tobytes(order="F")
    if encoding == "gzip":
        packer = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
        raw = packer.compress(raw) + packer.flush()
    sizes = " ".join(map(str, volume.shape))
    head = f"NRRD0004\n# by a test\ntype: short\ndimension: 3\nsizes: {sizes}\nendian: little\nencoding: {encoding}\n\n"
    return head.encode() + raw


def picture(width: int, height: int, *, flat: bool = False) -> bytes:
    """Its colours tell the place, unless it is all of one."""
    across, down = np.meshgrid(np.arange(width), np.arange(height))
    colours = np.stack([across % 256, down % 256, (across + down) % 256], 2) * (not flat)
    file = io.BytesIO()
    Image.fromarray(colours.astype(np.uint8)).save(file, "PNG")
    return file.getvalue()
