"""Text in any common encoding becomes a UTF-8 file with newlines that every reader knows."""

import codecs
import io
from pathlib import Path
from typing import TypeVar

from charset_normalizer import from_bytes
from django.utils.translation import gettext_noop

from chainhub.datasets.inspection.findings import RefusedFileError, Repairs, Tell
from chainhub.datasets.inspection.limits import PIECE, SAMPLE
from chainhub.datasets.inspection.lines import LineScan, ZeroScan

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SHOWN = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "gb18030": "GB18030", "utf-16": "UTF-16", "utf-32": "UTF-32"}
# Never offered as a guess: a stray byte in a table of today is no text of a mainframe or of a Macintosh of the 1990s.
UNLIKELY = [
    *("cp037", "cp273", "cp424", "cp500", "cp875", "cp1026", "cp1140", "hp_roman8"),
    *("mac_greek", "mac_iceland", "mac_latin2", "mac_turkish"),
]
NULLS_OF_UTF16 = 0.3  # share of every second byte
COMMON_HANZI = 0.9
LOST = "\ufffd"
Scan = TypeVar("Scan", LineScan, ZeroScan)
# What UTF-8 looks like after a wrong decoding as Western or as Chinese text.
MOJIBAKE = ("锟斤拷", "Ã©", "Ã¤", "Ã¶", "Ã¼", "â€™", "â€œ", "ä¸", "æ˜", "çš„", "ï¼", "å›")


def decode(source: Path, target: Path, repairs: Repairs, tell: Tell, look: type[Scan]) -> tuple[str, Scan]:
    """Write `target` in UTF-8; the encoding found and what the lines look like. Raises `RefusedFileError`."""
    with source.open("rb") as file:
        sample = file.read(SAMPLE)
    encoding = encoding_of(sample)
    try:
        scan = _transcode(source, target, encoding, tell, look())
    except UnicodeDecodeError as error:
        encoding = _other_encoding(sample, source, error, was=encoding)
        try:
            scan = _transcode(source, target, encoding, tell, look())
        except UnicodeDecodeError as again:
            raise _undecodable(source, again.start, encoding) from again
    if encoding not in {"utf-8", "utf-8-sig"}:
        repairs.tell(gettext_noop("The text was in %(encoding)s and is now in UTF-8."), encoding=_shown(encoding))
    _warn_of_mojibake(target, repairs)
    return _shown(encoding), scan


def encoding_of(sample: bytes) -> str:
    """The first guess: by byte order mark or by the zeros that UTF-16 leaves in Western text; else UTF-8."""
    for mark, name in BOMS:
        if sample.startswith(mark):
            return name
    even, odd = sample[0:4096:2], sample[1:4096:2]
    if odd and odd.count(0) > NULLS_OF_UTF16 * len(odd) and even.count(0) < len(even) / 10:
        return "utf-16-le"
    if even and even.count(0) > NULLS_OF_UTF16 * len(even) and odd.count(0) < len(odd) / 10:
        return "utf-16-be"
    return "utf-8"


def _transcode(source: Path, target: Path, encoding: str, tell: Tell, scan: Scan) -> Scan:
    size = max(source.stat().st_size, 1)
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding)("strict"), translate=True)
    with source.open("rb") as raw, target.open("wb") as text:
        done = 0
        while True:
            piece = raw.read(PIECE)
            try:
                data = decoder.decode(piece, final=not piece).encode()
            except UnicodeDecodeError as error:
                # The decoder counts from what it was last given; people need the place in the file.
                error.start += done
                raise
            scan.feed(data)
            text.write(data)
            done += len(piece)
            tell(done / size)
            if not piece:
                break
    scan.finish(target)
    return scan


def _other_encoding(sample: bytes, source: Path, error: UnicodeDecodeError, *, was: str) -> str:
    """What text that is not UTF-8 may be. Raises `RefusedFileError` when nothing fits."""
    if was != "utf-8":
        raise _undecodable(source, error.start, was)
    # Take the sample where the trouble is: a long table may be plain for megabytes.
    with source.open("rb") as file:
        file.seek(max(0, error.start - SAMPLE // 2))
        near = file.read(SAMPLE)
    near = near[near.find(b"\n") + 1 :] if error.start > SAMPLE // 2 else near
    near = near[: near.rfind(b"\n")] if b"\n" in near else near
    if _is_binary(near):
        raise RefusedFileError(gettext_noop("This is a binary file of an unknown kind, not a table."))
    if _reads_as_chinese(near):
        return "gb18030"
    best = from_bytes(near[: 2**16], cp_exclusion=UNLIKELY).best()
    if best is None:
        raise _undecodable(source, error.start, "utf-8")
    return "gb18030" if best.encoding in {"gbk", "gb2312", "gb18030"} else best.encoding


def _reads_as_chinese(sample: bytes) -> bool:
    """GB18030 decodes nearly anything, so most of what it gives must be characters in daily use."""
    try:
        text = codecs.getincrementaldecoder("gb18030")("strict").decode(sample)
    except UnicodeDecodeError:
        return False
    foreign = [letter for letter in text if ord(letter) > 127]  # noqa: PLR2004 - where ASCII ends
    common = sum(1 for letter in foreign if _in_gb2312(letter))
    return bool(foreign) and common >= COMMON_HANZI * len(foreign)


def _in_gb2312(letter: str) -> bool:
    try:
        letter.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _is_binary(sample: bytes) -> bool:
    controls = sum(sample.count(bytes([code])) for code in (*range(9), 14, 15, *range(16, 27), *range(28, 32)))
    return controls > len(sample) / 50


def _undecodable(source: Path, position: int, encoding: str) -> RefusedFileError:
    with source.open("rb") as file:
        line, left = 1, position
        while left > 0 and (piece := file.read(min(PIECE, left))):
            line += piece.count(b"\n")
            left -= len(piece)
    return RefusedFileError(
        gettext_noop(
            "Line %(line)s cannot be read as %(encoding)s, nor the file in any other encoding. Save it as UTF-8."
        ),
        line=line,
        encoding=_shown(encoding),
    )


def _shown(encoding: str) -> str:
    return SHOWN.get(encoding, encoding.upper().replace("_", "-"))


def _warn_of_mojibake(path: Path, repairs: Repairs) -> None:
    """Characters that were lost before the file came here cannot be brought back; say so."""
    with path.open("rb") as file:
        text = file.read(SAMPLE).decode("utf-8", "ignore")
    marks = [mark for mark in (LOST, *MOJIBAKE) if mark in text]
    if marks:
        place = text.index(marks[0])
        repairs.tell(
            gettext_noop(
                "Line %(line)s holds “%(example)s”: the text seems to have been decoded wrongly before it came here. "
                "It is kept as it is; export it again as UTF-8 if names or labels look odd."
            ),
            line=text.count("\n", 0, place) + 1,
            example=text[place : place + 12].split("\n")[0],
        )
