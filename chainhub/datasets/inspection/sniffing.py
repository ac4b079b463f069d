"""What a file is, told by its bytes and not by its name."""

from pathlib import Path

from django.utils.translation import gettext_noop

from chainhub.core.sentences import sentence
from chainhub.datasets.inspection.findings import RefusedFileError
from chainhub.datasets.inspection.limits import PIECE

# First bytes of what is neither a table nor a packed folder of images, and how a person calls it.
FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"\x80\x02", gettext_noop("Python pickle")),
    (b"\x80\x03", gettext_noop("Python pickle")),
    (b"\x80\x04", gettext_noop("Python pickle")),
    (b"\x80\x05", gettext_noop("Python pickle")),
    (b"MZ", gettext_noop("Windows program")),
    (b"\x7fELF", gettext_noop("Linux program")),
    (b"\xcf\xfa\xed\xfe", gettext_noop("macOS program")),
    (b"%PDF", gettext_noop("PDF document")),
    (b"\xd0\xcf\x11\xe0", gettext_noop("old Excel or Word document")),
    (b"Rar!", gettext_noop("RAR archive")),
    (b"7z\xbc\xaf", gettext_noop("7-Zip archive")),
    (b"BZh", gettext_noop("bzip2 archive")),
    (b"\xfd7zXZ", gettext_noop("xz archive")),
    (b"\x28\xb5\x2f\xfd", gettext_noop("zstd archive")),
    (b"SQLite format 3", gettext_noop("SQLite database")),
    (b"\x89HDF", gettext_noop("HDF5 file")),
    (b"\x93NUMPY", gettext_noop("NumPy array")),
    (b"ARROW1", gettext_noop("Arrow file")),
    (b"\x89PNG", gettext_noop("single image")),
    (b"\xff\xd8\xff", gettext_noop("single image")),
    (b"GIF8", gettext_noop("single image")),
)
MARKUP = (b"<!doctype html", b"<html", b"<?xml", b"<svg", b"<script")


def sniff(path: Path) -> str:
    """`gzip`, `zip`, `parquet` or `text`. Raises `RefusedFileError` for anything else."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(PIECE)
    if not size:
        raise RefusedFileError(gettext_noop("The file is empty."))
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    if head.startswith(b"PAR1"):
        return "parquet"
    _refuse_foreign(head)
    return "text"


def _refuse_foreign(head: bytes) -> None:
    for magic, name in FOREIGN:
        if head.startswith(magic):
            raise RefusedFileError(
                gettext_noop(
                    "This is another kind of file (%(format)s). Upload a CSV or Parquet file, or a ZIP of images in "
                    "folders."
                ),
                format=sentence(name),
            )
    start = head[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(MARKUP):
        raise RefusedFileError(
            gettext_noop("This is a web page or XML, not a table. Export the data itself as CSV or Parquet.")
        )
    if start.startswith((b"{", b"[{")) and b'":' in start:
        raise RefusedFileError(gettext_noop("This is JSON, not a table. Export the data as CSV or Parquet."))
