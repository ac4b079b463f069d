"""Which paths a commit may hold, and names of uploaded files made fit for one."""

import re
import unicodedata
from collections.abc import Iterable

from django.utils.translation import gettext_noop

from chainhub.core.errors import InvalidInputError

LONGEST = 500
LONGEST_NAME = 200
LONGEST_SUFFIX = 20
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def check_path(path: str) -> str:
    """The path itself. Raises `InvalidInputError` for one that could leave the tree or cannot be shown."""
    parts = path.split("/")
    if not path or len(path) > LONGEST or "\\" in path or _CONTROL.search(path) or {"", ".", ".."} & set(parts):
        shown = _CONTROL.sub("?", path)[:80]
        raise InvalidInputError(gettext_noop("“%(path)s” is not a path that a version may hold."), path=shown)
    return path


def check_tree(paths: Iterable[str]) -> None:
    """Raises `InvalidInputError` for a bad path, an empty tree, or a file that is also a folder of another."""
    tree = {check_path(path) for path in paths}
    if not tree:
        raise InvalidInputError(gettext_noop("A version holds at least one file."))
    for path in tree:
        for end in (place for place, letter in enumerate(path) if letter == "/"):
            if path[:end] in tree:
                raise InvalidInputError(gettext_noop("“%(path)s” is both a file and a folder."), path=path[:end])


def without_controls(text: str) -> str:
    """What a client told, without what no database holds or what misleads a reader."""
    return _CONTROL.sub("", text)


def clean_filename(name: str, *, fallback: str = "file") -> str:
    """The last part of a client's file name, without what could mislead a shell, a browser or a reader."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    last = without_controls(last).strip().strip(".") or fallback
    if len(last) <= LONGEST_NAME:
        return last
    stem, dot, suffix = last.rpartition(".")
    if not dot or len(suffix) > LONGEST_SUFFIX:
        return last[:LONGEST_NAME]
    return f"{stem[: LONGEST_NAME - 1 - len(suffix)]}.{suffix}"
