"""JSON Lines and JSON lists of objects, one object at a time, so that memory does not follow the file."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_noop

from chainhub.core.sentences import sentence
from chainhub.datasets.inspection.faults import Faults
from chainhub.datasets.inspection.findings import RefusedFileError
from chainhub.datasets.inspection.limits import MAX_ROW_BYTES, PIECE

NO_OBJECT = gettext_noop("it is no JSON object")
NO_JSON = gettext_noop("it is no JSON")
TOO_DEEP = gettext_noop("it is nested too deeply")
BLANK = re.compile(r"[\s,]*")
Numbered = tuple[int, dict[str, Any]]  # line or item, and the object
DECODER = json.JSONDecoder()


def is_list(text: Path) -> bool:
    """Whether the first sign of a UTF-8 file opens a list."""
    with text.open(encoding="utf-8-sig") as file:
        return file.read(PIECE).lstrip().startswith("[")


def objects_in(text: Path, faults: Faults) -> Iterator[Numbered]:
    """Every object of a UTF-8 file with its line or place. Raises `RefusedFileError`; what is no object is a fault."""
    return _items(text, faults) if is_list(text) else _lines(text, faults)


def _lines(text: Path, faults: Faults) -> Iterator[Numbered]:
    if (whole := _one_object(text)) is not None:
        raise whole
    with text.open(encoding="utf-8-sig", newline="\n") as file:
        number = 0
        while line := file.readline(MAX_ROW_BYTES):
            number += 1
            if len(line) == MAX_ROW_BYTES and not line.endswith("\n"):
                raise _too_long(number)
            if line.strip() and (found := _object(line, number, faults)) is not None:
                yield number, found


def _object(line: str, number: int, faults: Faults) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except RecursionError:
        faults.add(number, TOO_DEEP)
    except ValueError:
        faults.add(number, NO_JSON)
    else:
        if isinstance(found, dict):
            return found
        faults.add(number, NO_OBJECT)
    return None


def _one_object(text: Path) -> RefusedFileError | None:
    """A file that is one object, laid out over many lines, rather than one object a line."""
    with text.open(encoding="utf-8-sig") as file:
        first = file.readline(MAX_ROW_BYTES)
        start = first + file.read(PIECE)
    if _parses(first) or '"' not in start:
        return None
    if all(word in start for word in ('"images"', '"annotations"')):
        return RefusedFileError(
            gettext_noop("These are annotations without their images. Pack both into one ZIP and upload that.")
        )
    if not first.strip().endswith("}"):
        return RefusedFileError(
            gettext_noop("This JSON is one object over several lines. Write one object a line, or a list of objects.")
        )
    return None


def _parses(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict) and not {"images", "annotations"} <= set(json.loads(line))
    except (ValueError, RecursionError):
        return False


def _items(text: Path, faults: Faults) -> Iterator[Numbered]:
    """What stands between [ and ], with no more in memory than one item."""
    with text.open(encoding="utf-8-sig") as file:
        held = _Held(file)
        held.place = held.text.index("[") + 1
        number = 0
        while held.skip():
            if held.text[held.place] == "]":
                return
            number += 1
            item = held.next_item(number)
            if isinstance(item, dict):
                yield number, item
            else:
                faults.add(number, NO_OBJECT)
    raise RefusedFileError(gettext_noop("The JSON list is cut off after item %(row)s; upload it again."), row=number)


class _Held:
    """A stretch of the text that grows at its end until it holds a whole item."""

    def __init__(self, file: Any) -> None:
        self.file, self.text, self.place = file, file.read(PIECE), 0

    def skip(self) -> bool:
        """Over blanks and commas; False at the end of the file."""
        while True:
            found = BLANK.match(self.text, self.place)
            self.place = found.end() if found else self.place
            if self.place < len(self.text):
                return True
            if not self._more():
                return False

    def next_item(self, number: int) -> Any:
        """The JSON value that begins here. Raises `RefusedFileError`."""
        while True:
            try:
                item, end = DECODER.raw_decode(self.text, self.place)
            except RecursionError as error:
                raise _bad_item(number, TOO_DEEP) from error
            except ValueError as error:
                if len(self.text) - self.place > MAX_ROW_BYTES:
                    raise _too_long(number) from error
                if not self._more():
                    raise _bad_item(number, NO_JSON) from error
            else:
                self.place = end
                return item

    def _more(self) -> bool:
        piece = self.file.read(max(PIECE, len(self.text) - self.place))
        self.text, self.place = self.text[self.place :] + piece, 0
        return bool(piece)


def _bad_item(number: int, text: str) -> RefusedFileError:
    return RefusedFileError(
        gettext_noop("Item %(row)s of the JSON list cannot be read: %(reason)s."), row=number, reason=sentence(text)
    )


def _too_long(number: int) -> RefusedFileError:
    return RefusedFileError(
        gettext_noop("Row %(row)s is longer than %(limit)s MB; this does not look like rows of data."),
        row=number,
        limit=MAX_ROW_BYTES // 2**20,
    )
