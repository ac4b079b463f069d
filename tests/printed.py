"""What a PDF says: the text of one that reportlab wrote."""

import base64
import re
import zlib
from collections.abc import Iterator

TELLS = re.compile(rb"/(F\S+) [\d.]+ Tf|\(((?:\\.|[^\\()])*)\) Tj", re.S)
ENDS = {b"n": b"\n", b"r": b"\r", b"t": b"\t"}


def words_in(pdf: bytes) -> str:
    """Literal strings in WinAnsi (Helvetica), or in UTF-16 where the font is Chinese; `?` for others' own numbers."""
    return " ".join(_words(pdf)).replace("\x00", "")


def _words(pdf: bytes) -> Iterator[str]:
    objects = [one for one in pdf.split(b"endobj") if b"/BaseFont /STSong-Light" in one]
    chinese = {name for one in objects for name in re.findall(rb"/Name /(F\d+)", one)}
    font = b"F1"
    for raw in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.S):
        page = zlib.decompress(_ascii85(raw)) if raw.strip().endswith(b"~>") else raw
        for named, literal in TELLS.findall(page):
            font = named or font
            if named:
                continue
            plain = re.sub(rb"\\([0-7]{3}|.)", _unescaped, literal, flags=re.S)
            own = b"+" in font
            yield "?" if own else plain.decode("utf-16-be" if font in chinese else "cp1252")


def _ascii85(raw: bytes) -> bytes:
    return base64.a85decode(b"<~" + raw.strip(), adobe=True)


def _unescaped(match: re.Match[bytes]) -> bytes:
    code = match[1]
    return bytes([int(code, 8)]) if len(code) == 3 else ENDS.get(code, code)
