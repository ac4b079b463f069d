"""Packed files are unpacked in pieces, against limits, so that a small bomb stays small."""

import gzip
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO

from django.utils.translation import gettext_noop

from chainhub.datasets.inspection.findings import RefusedFileError, Tell
from chainhub.datasets.inspection.limits import MAX_UNPACKED, PIECE, UNPACKED_ALWAYS, UNPACKED_RATIO


def unpack_gzip(path: Path, target: Path, tell: Tell) -> None:
    """The one file inside. Raises `RefusedFileError` for a truncated, damaged or bomb-like one."""
    packed = path.stat().st_size
    with path.open("rb") as raw, gzip.GzipFile(fileobj=raw) as source:
        copy_out(source, target, packed=packed, tell=lambda: tell(raw.tell() / packed))


def too_large(unpacked: int, packed: int, *, ratio: int = UNPACKED_RATIO) -> bool:
    """Whether this much may not come out of a file of that size."""
    return unpacked > MAX_UNPACKED or (unpacked > UNPACKED_ALWAYS and unpacked > packed * ratio)


def copy_out(source: IO[bytes] | gzip.GzipFile, target: Path, *, packed: int, tell: Callable[[], None]) -> None:
    """Write what is read to `target`. Raises `RefusedFileError` once it is too much or ends too early."""
    written = 0
    try:
        with target.open("wb") as file:
            while piece := source.read(PIECE):
                written += len(piece)
                if too_large(written, packed):
                    raise RefusedFileError(
                        gettext_noop("The file would unpack to far more than its size suggests; it is refused.")
                    )
                file.write(piece)
                tell()
    except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile, tarfile.ReadError) as error:
        raise RefusedFileError(
            gettext_noop("The packed file is damaged or cut off after %(size)s readable bytes; upload it again."),
            size=written,
        ) from error
