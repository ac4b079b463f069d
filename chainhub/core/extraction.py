"""Finds every message that people may read, so that a test can tell which are not translated. For developers."""

import io
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.utils.translation.template import templatize

from chainhub.core.translations import Key, parts

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCES = ("chainhub", "trainer", "templates")
KEYWORDS = {
    "_": None,
    "N_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}
OVERRIDES = "overrides"  # the part for messages of other packages that we say differently
PLACEHOLDER = re.compile(r"%\(\w+\)[#0\- +]*\d*(?:\.\d+)?[a-zA-Z]|\{\w*\}|%[sd]")


@cache
def messages() -> dict[Key, list[str]]:
    """Every message with the places where it stands."""
    found: dict[Key, list[str]] = defaultdict(list)
    for source in SOURCES:
        for path in sorted((ROOT / source).rglob("*")):
            if path.suffix == ".py" or (path.suffix in {".html", ".txt"} and "templates" in path.parts):
                place = path.relative_to(ROOT).as_posix()
                for line, key in _messages_of(path):
                    found[key].append(f"{place}:{line}")
    return dict(found)


def untranslated() -> dict[Key, list[str]]:
    """Messages without a Chinese sentence, with the places where they stand."""
    known = {(entry.msgctxt, entry.msgid) for _area, part in parts() for entry in part if entry.translated()}
    return {key: places for key, places in messages().items() if key not in known}


def stale() -> list[str]:
    """Translations of messages that stand nowhere any more."""
    wanted = messages()
    return [
        f"{area}.po: {entry.msgid}"
        for area, part in parts()
        if area != OVERRIDES
        for entry in part
        if (entry.msgctxt, entry.msgid) not in wanted
    ]


def broken() -> list[str]:
    """Translations that are fuzzy, contradict one another, or lost or invented a placeholder."""
    wrong: list[str] = []
    said: dict[Key, object] = {}
    for area, part in parts():
        for entry in part:
            chinese = list(entry.msgstr_plural.values()) or [entry.msgstr]
            if entry.fuzzy:
                wrong.append(f"{area}.po: fuzzy: {entry.msgid}")
            if said.setdefault((entry.msgctxt, entry.msgid), chinese) != chinese:
                wrong.append(f"{area}.po: another part translates this differently: {entry.msgid}")
            english = _placeholders(entry.msgid_plural or entry.msgid)
            wrong += [f"{area}.po: placeholders: {entry.msgid}" for text in chinese if _placeholders(text) != english]
    return wrong


def _placeholders(text: str) -> list[str]:
    return sorted(set(PLACEHOLDER.findall(text)))


def _messages_of(path: Path) -> Iterator[tuple[int, Key]]:
    from babel.messages.extract import extract  # noqa: PLC0415 (a development tool: not installed in production)

    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # The brackets keep the tokenizer from minding a template's indentation.
        text = f"({templatize(text, origin=str(path))}\n)"
    source, options = io.BytesIO(text.encode()), {"encoding": "utf-8"}
    for line, message, _comments, context in extract("python", source, keywords=KEYWORDS, options=options):
        msgid = message[0] if isinstance(message, tuple) else message
        if msgid:
            yield line, (context, msgid)
