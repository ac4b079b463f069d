"""In which font each sign of a text can be printed, so that a PDF loses none; what none has is told by number."""

import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from pathlib import Path

from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFError, TTFont

LATIN, CHINESE = "Helvetica", "STSong-Light"
UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}  # categories of what prints as nothing, or turns the line around
SPECIAL = ("bold", "italic", "oblique", "condensed", "light", "mono", "math", "serif")


def runs_of(line: str, *, chinese: bool) -> Iterator[tuple[str | None, str]]:
    """(font, signs) in the order of the line; None for signs that no font has. Registers the fonts that it names."""
    pdfmetrics.registerFont(UnicodeCIDFont(CHINESE))
    for font, signs in groupby(line, lambda sign: font_of(sign, chinese=chinese)):
        yield font, "".join(signs)


def font_of(sign: str, *, chinese: bool) -> str | None:
    """A standard font where one has it, else one of the system."""
    if sign.isascii() and sign.isprintable():
        return LATIN
    kind = unicodedata.category(sign)
    if kind in UNSEEN:
        return None
    fonts = [LATIN] * _encodes(sign, "cp1252") + [CHINESE] * _encodes(sign, "gbk")
    # Quotes and dashes look like the letters around them; a sign of both fonts that is a letter is a Latin one.
    fonts = fonts[::-1] if chinese and kind.startswith("P") else fonts
    return fonts[0] if fonts else _system_font(ord(sign), tuple(rl_config.TTFSearchPath))


def told(signs: str) -> str:
    """Signs by their numbers in Unicode."""
    return "".join(f"[U+{ord(sign):04X}]" for sign in signs)


def _encodes(sign: str, encoding: str) -> bool:
    try:
        sign.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


@cache
def _system_font(code: int, folders: tuple[str, ...]) -> str | None:
    """The name under which the first font that has the sign is registered."""
    for path in _files(folders):
        name = f"{path.stem}-system"
        font = _opened(path, name)
        if font is not None and font.face.charToGlyph.get(code):
            pdfmetrics.registerFont(font)
            return name
    return None


@cache
def _files(folders: tuple[str, ...]) -> tuple[Path, ...]:
    """The plainest fonts first."""
    found = {path for folder in folders for path in Path(folder).expanduser().rglob("*.tt[fc]")}
    return tuple(sorted(found, key=lambda path: (sum(word in path.stem.lower() for word in SPECIAL), str(path))))


@cache
def _opened(path: Path, name: str) -> TTFont | None:
    """None for what is no TrueType: outlines of another kind, or pictures."""
    try:
        return TTFont(name, str(path))
    except (TTFError, OSError, ValueError, KeyError):
        return None
