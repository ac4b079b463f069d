"""One look at every byte of a text: zero bytes, endless rows, quotes that never close."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from django.utils.translation import gettext_noop

from chainhub.datasets.inspection.findings import RefusedFileError
from chainhub.datasets.inspection.limits import MAX_QUOTED_LINES, MAX_ROW_BYTES, PIECE

NEWLINE, QUOTE = 10, 34


@dataclass
class ZeroScan:
    """Looks for nothing but zero bytes: rows and quotes mean nothing in prose and JSON."""

    lines: int = 0
    size: int = 0

    def feed(self, data: bytes) -> None:
        """Look at the next piece."""
        codes = np.frombuffer(data, np.uint8)
        newlines = np.flatnonzero(codes == NEWLINE)
        refuse_zero_byte(codes, newlines, self.lines)
        self.lines += len(newlines)
        self.size += len(data)

    def finish(self, path: Path) -> None:
        """Nothing more to judge."""


@dataclass
class LineScan:
    """Fed with a UTF-8 text piece by piece; afterwards it says how the text must be read."""

    lines: int = 0
    size: int = 0
    longest: int = 0  # bytes of the longest row
    multiline: bool = False  # a newline stands between quotes
    suspicious: bool = False  # by mere counting of quotes, one seems never to close
    _quotes: int = 0
    _row_start: int = 0
    _open_lines: int = 0

    @classmethod
    def of(cls, path: Path) -> "LineScan":
        """Of a whole UTF-8 file. Raises `RefusedFileError`."""
        scan = cls()
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                scan.feed(piece)
        scan.finish(path)
        return scan

    def feed(self, data: bytes) -> None:
        """Look at the next piece."""
        if not data:
            return
        codes = np.frombuffer(data, np.uint8)
        newlines = np.flatnonzero(codes == NEWLINE)
        refuse_zero_byte(codes, newlines, self.lines)
        quotes = np.flatnonzero(codes == QUOTE)
        inside = ((self._quotes + np.searchsorted(quotes, newlines)) & 1).astype(bool)
        self._measure(newlines, inside)
        self._quotes += len(quotes)
        self.lines += len(newlines)
        self.size += len(data)
        if not self._quotes % 2 and self.size - self._row_start > MAX_ROW_BYTES:
            self._refuse_endless()

    def finish(self, path: Path) -> None:
        """Judge the whole. Where counting raised a doubt, read again with the rules of quoting."""
        if self._quotes % 2 or self.suspicious:
            self.multiline = True
            refuse_open_quote(path)

    def _measure(self, newlines: Any, inside: Any) -> None:
        ends = newlines[~inside] + self.size
        if inside.any():
            self.multiline = True
            breaks = np.flatnonzero(np.diff(np.concatenate([[0], inside.view(np.int8), [0]])))
            runs = breaks[1::2] - breaks[0::2]
            if int(runs.max()) > MAX_QUOTED_LINES:
                self.suspicious = True
        if len(ends):
            longest = int(np.diff(np.concatenate([[self._row_start], ends + 1])).max())
            self.longest = max(self.longest, longest)
            self._row_start = int(ends[-1]) + 1
            self._open_lines = 0
        else:
            self._open_lines += len(newlines)
            self.suspicious = self.suspicious or self._open_lines > MAX_QUOTED_LINES
        if self.longest > MAX_ROW_BYTES and not self.suspicious:
            self._refuse_endless()

    def _refuse_endless(self) -> None:
        raise RefusedFileError(
            gettext_noop("A row after line %(line)s is longer than %(limit)s MB; this does not look like a table."),
            line=self.lines,
            limit=MAX_ROW_BYTES // 2**20,
        )


def refuse_zero_byte(codes: Any, newlines: Any, lines: int) -> None:
    """Raises `RefusedFileError` where a piece of text, after so many lines, holds one."""
    zeros = np.flatnonzero(codes == 0)
    if len(zeros):
        line = lines + int(np.searchsorted(newlines, zeros[0])) + 1
        raise RefusedFileError(
            gettext_noop("Line %(line)s holds a zero byte: the file is damaged, or it is no text."), line=line
        )


def refuse_open_quote(path: Path) -> None:
    """Raises `RefusedFileError` where a quote opens a value and none closes it within reason.

    A quote opens only at the beginning of a value; in the middle of one (5" pipe) it means itself.
    """
    line, opened_at, inside, before, escaped = 1, 0, False, NEWLINE, False
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            codes = np.frombuffer(piece, np.uint8)
            for place in np.flatnonzero((codes == QUOTE) | (codes == NEWLINE)).tolist():
                previous = codes[place - 1] if place else before
                if codes[place] == NEWLINE:
                    line += 1
                    if inside and line - opened_at > MAX_QUOTED_LINES:
                        raise _open_quote(opened_at)
                elif inside:
                    inside = False
                    escaped = True
                    continue
                elif (escaped and previous == QUOTE) or previous in b",;\t|\n":
                    # A second quote right after a closing one was an escaped quote: the value goes on.
                    opened_at = opened_at if escaped and previous == QUOTE else line
                    inside = True
                escaped = False
            before = int(codes[-1])
    if inside:
        raise _open_quote(opened_at)


def _open_quote(line: int) -> RefusedFileError:
    return RefusedFileError(
        gettext_noop("The quote that opens a value in line %(line)s is never closed; close or remove it."), line=line
    )
