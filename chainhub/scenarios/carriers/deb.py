"""Debian packages without Debian's tools: an `ar` archive, in which a packed tar holds the files."""

import io
import lzma
import tarfile
import zlib
from collections.abc import Callable
from typing import IO

import pyarrow as pa
from django.utils.translation import gettext_noop

from chainhub.scenarios.carriers.errors import CarrierError

MAGIC = b"!<arch>\n"
HEAD, SIZE_AT, MARK = 60, slice(48, 58), b"`\n"
DAMAGED = gettext_noop("The file %(file)s is no Debian package, or is damaged: %(reason)s")


def data_of(package: IO[bytes], name: str) -> tarfile.TarFile:
    """The files of a package. Raises `CarrierError`; `name` is what the package is called in its sentence."""
    if package.read(len(MAGIC)) != MAGIC:
        raise CarrierError(DAMAGED, file=name, reason="ar")
    while len(head := package.read(HEAD)) == HEAD and head.endswith(MARK):
        size = int(head[SIZE_AT])
        member = head[:16].decode("ascii").strip().removesuffix("/")
        if member.startswith("data.tar"):
            return _unpacked(package.read(size), member.removeprefix("data.tar").removeprefix("."), name)
        package.seek(size + size % 2, io.SEEK_CUR)
    raise CarrierError(DAMAGED, file=name, reason="data.tar")


def _unpacked(packed: bytes, form: str, name: str) -> tarfile.TarFile:
    ways: dict[str, Callable[[bytes], bytes]] = {
        "xz": lzma.decompress,
        "gz": _gunzipped,
        "zst": _unzstd,
        "": bytes,
    }
    try:
        return tarfile.open(fileobj=io.BytesIO(ways[form](packed)), mode="r:")
    except (KeyError, OSError, EOFError, lzma.LZMAError, zlib.error, tarfile.TarError) as error:
        raise CarrierError(DAMAGED, file=name, reason=str(error)) from error


def _gunzipped(packed: bytes) -> bytes:
    return zlib.decompress(packed, zlib.MAX_WBITS | 16)


def _unzstd(packed: bytes) -> bytes:
    with pa.CompressedInputStream(pa.BufferReader(packed), "zstd") as stream:
        return bytes(stream.read())
