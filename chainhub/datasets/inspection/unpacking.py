"""Packed files are unpacked in pieces, against limits, so that a small bomb stays small."""

import gzip
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import IO

from django.utils.translation import gettext_noop

from chainhub.datasets.inspection.findings import RefusedFileError, Tell
from chainhub.datasets.inspection.limits import MAX_UNPACKED, PIECE, UNPACKED_ALWAYS, UNPACKED_RATIO

# What reading a ZIP raises where its bytes lie about one another.
DAMAGE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    OSError,
    ValueError,
    RuntimeError,
)
DAMAGED_ZIP = gettext_noop("The ZIP is damaged or cut off; pack or upload it again.")
ENCRYPTED = 0x1
SYMLINK = 0o120000
CLUTTER = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")
TABLES = (".csv", ".tsv", ".txt", ".parquet", ".pq", ".gz")


def unpack_gzip(path: Path, target: Path, tell: Tell) -> None:
    """The one file inside. Raises `RefusedFileError` for a truncated, damaged or bomb-like one."""
    packed = path.stat().st_size
    with path.open("rb") as raw, gzip.GzipFile(fileobj=raw) as source:
        _copy(source, target, packed=packed, tell=lambda: tell(raw.tell() / packed))


def members_of(path: Path) -> list[zipfile.ZipInfo]:
    """The files inside, without the clutter that systems add. Raises `RefusedFileError` for a dangerous archive."""
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except DAMAGE as error:
        raise RefusedFileError(DAMAGED_ZIP) from error
    files = [info for info in infos if not info.is_dir() and not _is_clutter(info.filename)]
    for info in files:
        _check_member(info)
    if not files:
        raise RefusedFileError(gettext_noop("The ZIP holds no files."))
    if too_large(sum(info.file_size for info in files), path.stat().st_size):
        raise RefusedFileError(gettext_noop("The ZIP would unpack to far more than its size suggests; it is refused."))
    return files


def lone_table(files: list[zipfile.ZipInfo]) -> zipfile.ZipInfo | None:
    """The table inside a ZIP that holds nothing else."""
    if len(files) == 1 and files[0].filename.lower().endswith(TABLES):
        return files[0]
    return None


def unpack_member(path: Path, info: zipfile.ZipInfo, target: Path, tell: Tell) -> None:
    """One file out of a ZIP."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open(info) as source:
            _copy(source, target, packed=info.compress_size, tell=lambda: tell(source.tell() / max(info.file_size, 1)))
    except DAMAGE as error:
        raise RefusedFileError(DAMAGED_ZIP) from error


def too_large(unpacked: int, packed: int) -> bool:
    """Whether this much may not come out of a file of that size."""
    return unpacked > MAX_UNPACKED or (unpacked > UNPACKED_ALWAYS and unpacked > packed * UNPACKED_RATIO)


def _copy(source: IO[bytes] | gzip.GzipFile, target: Path, *, packed: int, tell: Callable[[], None]) -> None:
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
    except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile) as error:
        raise RefusedFileError(
            gettext_noop("The packed file is damaged or cut off after %(size)s readable bytes; upload it again."),
            size=written,
        ) from error


def _is_clutter(name: str) -> bool:
    return any(part in CLUTTER or part.startswith("._") for part in PurePosixPath(name).parts)


def _check_member(info: zipfile.ZipInfo) -> None:
    name = info.filename
    if info.flag_bits & ENCRYPTED:
        raise RefusedFileError(gettext_noop("The ZIP is protected by a password; pack it again without one."))
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or (info.external_attr >> 16) & 0o170000 == SYMLINK:
        raise RefusedFileError(
            gettext_noop("The ZIP holds “%(path)s”, which points outside of it; it is refused."), path=name[:120]
        )
