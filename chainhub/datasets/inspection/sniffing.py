"""What a file is, told by its bytes and not by its name."""

import re
from pathlib import Path

from django.utils.translation import gettext_noop

from chainhub.core.sentences import sentence
from chainhub.datasets.inspection.findings import RefusedFileError
from chainhub.datasets.inspection.limits import PIECE

# First bytes of what the hub does not read, and how a person calls it.
FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"\x80\x02", gettext_noop("Python pickle")),
    (b"\x80\x03", gettext_noop("Python pickle")),
    (b"\x80\x04", gettext_noop("Python pickle")),
    (b"\x80\x05", gettext_noop("Python pickle")),
    (b"MZ", gettext_noop("Windows program")),
    (b"\x7fELF", gettext_noop("Linux program")),
    (b"\xcf\xfa\xed\xfe", gettext_noop("macOS program")),
    (b"%PDF", gettext_noop("PDF document")),
    (b"Rar!", gettext_noop("RAR archive")),
    (b"7z\xbc\xaf", gettext_noop("7-Zip archive")),
    (b"BZh", gettext_noop("bzip2 archive")),
    (b"\xfd7zXZ", gettext_noop("xz archive")),
    (b"\x28\xb5\x2f\xfd", gettext_noop("zstd archive")),
    (b"SQLite format 3", gettext_noop("SQLite database")),
    (b"\x89HDF", gettext_noop("HDF5 file")),
    (b"\x93NUMPY", gettext_noop("NumPy array")),
    (b"\x89PNG", gettext_noop("single image")),
    (b"\xff\xd8\xff", gettext_noop("single image")),
    (b"GIF8", gettext_noop("single image")),
)
OFFICE = {
    "word/document.xml": gettext_noop("Word document"),
    "ppt/presentation.xml": gettext_noop("PowerPoint document"),
    "content.xml": gettext_noop("OpenDocument file"),
    "xl/workbook.bin": gettext_noop("binary Excel workbook"),
    "META-INF/MANIFEST.MF": gettext_noop("Java archive"),
}
OLD_OFFICE = b"\xd0\xcf\x11\xe0"
MARKUP = (b"<!doctype html", b"<html", b"<?xml", b"<svg", b"<script")
MARKS = b"\xef\xbb\xbf\xff\xfe \t\r\n\x00"
JSON = re.compile(rb"\[\s*(\{|\]|$)|\{\s*(\"|\})")
KNOWN: tuple[tuple[tuple[bytes, ...], str], ...] = (
    ((b"\x1f\x8b",), "gzip"),
    ((b"PK\x03\x04", b"PK\x05\x06"), "zip"),
    ((b"PAR1",), "parquet"),
    ((b"ARROW1\0\0",), "arrow"),
    ((b"\xff\xff\xff\xff",), "arrow-stream"),
)


def sniff(path: Path) -> str:
    """`gzip`, `zip`, `tar`, `parquet`, `arrow`, `arrow-stream`, `json` or `text`. Raises `RefusedFileError`."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(PIECE)
    if not size:
        raise RefusedFileError(gettext_noop("The file is empty."))
    for marks, form in KNOWN:
        if head.startswith(marks):
            return form
    if head[257:262] == b"ustar":
        return "tar"
    _refuse_foreign(head)
    return "json" if JSON.match(head[:4096].lstrip(MARKS).replace(b"\x00", b"")) else "text"


def foreign(name: str) -> RefusedFileError:
    """Another kind of file, called `name`."""
    return RefusedFileError(
        gettext_noop(
            "This is another kind of file (%(format)s). Upload a table (CSV, Excel, Parquet, Arrow, JSON), texts, or "
            "images in a ZIP or tar."
        ),
        format=sentence(name),
    )


def _refuse_foreign(head: bytes) -> None:
    for magic, name in FOREIGN:
        if head.startswith(magic):
            raise foreign(name)
    if head.startswith(OLD_OFFICE):
        raise RefusedFileError(
            gettext_noop("This is an old Excel or Word document. Save it as .xlsx or CSV and upload that.")
        )
    start = head[:512].lstrip(MARKS).replace(b"\x00", b"").lower()
    if start.startswith(MARKUP):
        raise RefusedFileError(
            gettext_noop("This is a web page or XML, not a table. Export the data itself as CSV or Parquet.")
        )
