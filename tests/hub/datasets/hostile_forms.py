"""Workbooks, Arrow, and archives that would do harm if they could."""

import gzip
import io
import tarfile
import warnings
import zipfile
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from tests.hub.datasets.hostile_texts import Case
from tests.hub.datasets.packing import arrow, changed_zip, parquet, picture, tarred, workbook, zipped

HEAD = ["age", "site", "sick"]
ROWS: list[list[Any]] = [HEAD, *([20 + n, "AB"[n % 2], n % 2] for n in range(40))]
SHEET = "xl/worksheets/sheet1.xml"
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, (b"&%c;" % (97 + n)) * 10) for n in range(10))
    + b"]><worksheet>&k;</worksheet>"
)
NO_SHEET = "!No sheet of the workbook holds a table of two or more rows."
DAMAGED_BOOK = "!The workbook is damaged or cut off; save it again and upload it."
BOMB = "!The file would unpack to far more than its size suggests; it is refused."
ESCAPES = "!The {} holds “{}”, which points outside of it or is no plain file; it is refused."


def sheet(xml: bytes) -> bytes:
    """A workbook whose sheet is this XML."""
    return changed_zip(workbook(ROWS), {SHEET: xml})


def cells(rows: str) -> bytes:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>'.encode()


def twins(names: Sequence[str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for number, name in enumerate(names):
            archive.writestr(name, picture(number))
    return out.getvalue()


def repeated(words: list[str], times: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(times, "int32")), pa.array(words))


CASES: list[Case] = [
    # --- workbooks
    ("workbook", lambda: workbook(ROWS), ""),
    (
        "workbook of several sheets",
        lambda: workbook([["only a title"]], Table=ROWS, Notes=[["x"]]),
        "+The sheet “Table” was read; these were not: “Data”, “Notes”.",
    ),
    (
        "workbook with a title",
        lambda: workbook([["Measured in 2026"], *ROWS]),
        "+Lines of remarks before the table were left out (1).",
    ),
    (
        "workbook without header",
        lambda: workbook([[n, n * 2] for n in range(1, 30)]),
        "+The file has no header line; its columns were named field_1 to field_2.",
    ),
    (
        "workbook with notes at the side",
        lambda: workbook([*ROWS * 8, [1, "A", 0, None, "see above"]]),
        "+Values beyond the last column were left out (in 1 rows, the first is row 329).",
    ),
    ("workbook of nothing", lambda: workbook([["x"]]), NO_SHEET),
    (
        "workbook with macros",
        lambda: changed_zip(workbook(ROWS), {"xl/vbaProject.bin": b"Sub Auto_Open()"}),
        "+The macros of the workbook were ignored.",
    ),
    (
        "a billion laughs",
        lambda: sheet(LAUGHS),
        f"!The workbook holds XML that no spreadsheet writes (in “{SHEET}”); it is refused.",
    ),
    (
        "a file of this machine in the XML",
        lambda: sheet(b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet>&a;</worksheet>'),
        f"!The workbook holds XML that no spreadsheet writes (in “{SHEET}”); it is refused.",
    ),
    (
        "a document type behind remarks",
        lambda: sheet(b"<!--" + b"x" * 2_000_000 + b"-->" + LAUGHS[21:]),
        f"!The workbook holds XML that no spreadsheet writes (in “{SHEET}”); it is refused.",
    ),
    (
        "workbook bomb",
        lambda: sheet(b"<worksheet>" + b" " * (300 * 2**20) + b"</worksheet>"),
        "!The ZIP would unpack to far more than its size suggests; it is refused.",
    ),
    ("broken sheet", lambda: sheet(b"<worksheet><sheetData><row><c></row>"), DAMAGED_BOOK),
    ("broken workbook", lambda: changed_zip(workbook(ROWS), {"xl/workbook.xml": b"<x/>"}), NO_SHEET),
    (
        "a sheet that claims to be endless",
        lambda: sheet(
            cells('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="A1048576"><v>2</v></c></row>')
        ),
        NO_SHEET,
    ),
    (
        "a sheet of 6,000 columns",
        lambda: workbook([[f"c{n}" for n in range(6000)], [1] * 6000]),
        "!The table has 6000 columns; at most 5000 can be used.",
    ),
    ("a cell at no place", lambda: sheet(cells('<row r="1"><c r="ZZZZ9"><v>1</v></c></row>')), DAMAGED_BOOK),
    ("a string that is not there", lambda: sheet(cells('<row><c t="s"><v>9999</v></c></row>')), DAMAGED_BOOK),
    (
        "old Excel",
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        "!This is an old Excel or Word document. Save it as .xlsx or CSV and upload that.",
    ),
    # --- Arrow and Parquet
    ("arrow", lambda: arrow(a=[1, 2, None], b=["x", "y", None]), ""),
    ("arrow stream", lambda: arrow(stream=True, a=[1, 2, None], b=["x", "y", None]), ""),
    (
        "cut arrow",
        lambda: arrow(a=list(range(1000)))[:-200],
        "!The Arrow file is damaged or cut off; write it again and upload it.",
    ),
    (
        "cut arrow stream",
        lambda: arrow(stream=True, a=list(range(1000)))[:2000],
        "!The Arrow file is damaged or cut off; write it again and upload it.",
    ),
    (
        "arrow of bytes",
        lambda: arrow(a=[1], raw=pa.array([b"x"])),
        "!Column “raw” holds binary; only numbers, words, dates and yes/no values can be used.",
    ),
    ("arrow of nothing", lambda: arrow(a=pa.array([], pa.int64())), "!The table has columns but no rows."),
    (
        "nested arrow",
        lambda: arrow(a=[1, 2], b=[{"x": 1}, {"x": 2}]),
        "+“b” holds nested values; they were kept as JSON text.",
    ),
    ("dictionary bomb in arrow", lambda: arrow(a=repeated(["x" * 2**20], 4000)), BOMB),
    ("dictionary bomb in parquet", lambda: parquet(a=repeated(["x" * 2**20], 4000)), BOMB),
    # --- tar
    ("tar of images", lambda: tarred({f"set/{k}/{n}.png": picture(n) for k in "ab" for n in range(4)}), ""),
    ("tar.gz of images", lambda: tarred({f"{k}/{n}.png": picture(n) for k in "ab" for n in range(4)}, "w:gz"), ""),
    (
        "tar.gz with a table",
        lambda: tarred({"x.csv": b"a,b\n1,2\n3,4\n"}, "w:gz"),
        "+The file was packed; what is inside was read.",
    ),
    ("tar that climbs out", lambda: tarred({"../../x.png": picture()}), ESCAPES.format("tar", "../../x.png")),
    ("tar with an absolute path", lambda: tarred({"/etc/x.png": picture()}), ESCAPES.format("tar", "/etc/x.png")),
    (
        "tar with a link",
        lambda: tarred({"a/x.png": b""}, type=tarfile.SYMTYPE, linkname="/etc/passwd"),
        ESCAPES.format("tar", "a/x.png"),
    ),
    (
        "tar with a hard link",
        lambda: tarred({"a/x.png": b""}, type=tarfile.LNKTYPE, linkname="b.png"),
        ESCAPES.format("tar", "a/x.png"),
    ),
    ("tar with a device", lambda: tarred({"a/x.png": b""}, type=tarfile.CHRTYPE), ESCAPES.format("tar", "a/x.png")),
    ("tar with a pipe", lambda: tarred({"a/x.png": b""}, type=tarfile.FIFOTYPE), ESCAPES.format("tar", "a/x.png")),
    ("tar of nothing", lambda: tarred({}), "!Line 1 holds a zero byte: the file is damaged, or it is no text."),
    (
        "cut tar",
        lambda: tarred({"a/x.png": picture(), "b/y.png": bytes(9000)})[:3000],
        "!The tar is damaged or cut off; pack or upload it again.",
    ),
    ("tar.gz bomb", lambda: gzip.compress(tarred({"a/x.png": bytes(300 * 2**20)}), compresslevel=1), BOMB),
    ("tar in tar", lambda: tarred({"x.tar": tarred({"a/x.png": picture()})}), "!The tar holds “x.tar” but no images *"),
    # --- names
    ("zip with a drive", lambda: zipped({"C:\\x\\y.png": picture()}), ESCAPES.format("ZIP", "C:\\x\\y.png")),
    (
        "one name twice",
        lambda: twins(["a/x.png", "a/x.png", "b/y.png"]),
        "!The ZIP holds “a/x.png” and “a/x.png”, which are one name to many systems; rename one of them.",
    ),
    (
        "names that differ by case",
        lambda: twins(["a/x.png", "A/X.PNG"]),
        "!The ZIP holds “A/X.PNG” and “a/x.png”, which are one name to many systems; rename one of them.",
    ),
    (
        "names that differ by how é is written",
        lambda: twins(["a/é.png", "a/e\u0301.png"]),
        "!The ZIP holds * which are one name to many systems; rename one of them.",
    ),
    ("zip in zip", lambda: zipped({"x.zip": zipped({"a/x.png": picture()})}), "!The ZIP holds “x.zip” but no images *"),
    (
        "table packed twice",
        lambda: zipped({"x.csv.gz": gzip.compress(b"a,b\n1,2\n")}),
        "!The file is packed more than once; unpack it and pack it once.",
    ),
    (
        "images with html in them",
        lambda: zipped(
            {"a/x.png": picture() + b"<script>alert(1)</script>", "b/y.png": picture(1), "b/z.html": b"<script>"}
        ),
        "+Files that are no images were left out (1, such as “b/z.html”).",
    ),
]
