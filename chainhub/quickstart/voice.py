"""How quickstart speaks to the person at the terminal: English, and Chinese beside it."""

import errno
import os
import sys
from collections.abc import Sequence
from unicodedata import east_asian_width

UNHEARD = {errno.EIO, errno.EPIPE}


def say(english: str = "", chinese: str = "") -> None:
    """One line in both languages, at once."""
    print(f"{english}  {chinese}".rstrip(), flush=True)


def say_if_heard(english: str = "", chinese: str = "") -> None:
    """The same; once the terminal is closed, or the reader of the pipe gone, words go nowhere instead of raising."""
    try:
        say(english, chinese)
    except OSError as error:
        if error.errno not in UNHEARD:
            raise
        with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 (a device)
            os.dup2(nowhere.fileno(), sys.stdout.fileno())  # what waits in the buffer goes there too


def width(text: str) -> int:
    """How many columns a text takes in a terminal."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def padded(text: str, columns: int) -> str:
    """The text, filled with blanks to so many columns."""
    return text + " " * max(0, columns - width(text))


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, indent: str = "    ") -> str:
    """Lines with aligned columns."""
    columns = [max(width(row[index]) for row in [head, *rows]) for index in range(len(head))]
    lines = [
        indent + "  ".join(padded(cell, size) for cell, size in zip(row, columns, strict=True)).rstrip()
        for row in [head, ["─" * size for size in columns], *rows]
    ]
    return "\n".join(lines)


class Screen:
    """Lines that are drawn over one another on a terminal, and written once per change elsewhere."""

    def __init__(self) -> None:
        """Begin with nothing drawn."""
        self._live = sys.stdout.isatty()
        self._drawn: list[str] = []

    def draw(self, lines: list[str], *, changed: list[bool]) -> None:
        """Show the lines; `changed` tells which of them are worth a new line in a log."""
        if not self._live:
            for line, worth in zip(lines, changed, strict=True):
                if worth:
                    print(line, flush=True)
            return
        if lines == self._drawn:
            return
        up = f"\x1b[{len(self._drawn)}A" if self._drawn else ""
        print(up + "\n".join(f"\x1b[2K{line}" for line in lines), flush=True)
        self._drawn = lines
