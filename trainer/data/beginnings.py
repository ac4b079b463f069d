"""A few words of a text to try a model with: such as it may write on from, or such with a word left out."""

from __future__ import annotations

import re

from trainer.data.texts import LETTERS

LONGEST, FEWEST = 60, 4  # letters of a beginning; of a word that is worth guessing
AROUND = 160  # letters around a gap
# Where one sentence or paragraph ends and another begins.
BETWEEN = re.compile(r"[.!?][\"'”’)]*\s+|[。！？；][”’」』）]*\s*|\n\s*\n")
WORD = re.compile(rf"{LETTERS}{{2,}}|(?:(?!{LETTERS})[^\W\d_]){{{FEWEST},}}")
GAP = "___"


def beginning(text: str, *, cut: bool = False) -> str:
    """Its first words; of one that is `cut` out of a longer text, those of its first whole sentence, if it has one."""
    found = BETWEEN.search(text, 0, max(1, len(text) // 2)) if cut else None
    begun = text[found.end() :] if found else text
    if cut and not found:
        begun = begun.partition(" ")[2] or begun
    return _ended(begun.strip(), LONGEST)


def gapped(text: str) -> str:
    """Its first words with a gap for the one in their middle; empty where there is none to be guessed."""
    shown = _ended(text.strip(), AROUND)
    words = [one for one in WORD.finditer(shown) if one.start() or _joined(one)]
    if not words:
        return ""
    word = words[len(words) // 2]
    middle = (word.start() + word.end()) // 2
    begin, end = (middle, middle + 1) if _joined(word) else word.span()
    return shown[:begin] + GAP + shown[end:]


def _joined(word: re.Match[str]) -> bool:
    """Whether it is of a writing without spaces, of which one letter is guessed."""
    return re.match(LETTERS, word.group()) is not None


def _ended(text: str, most: int) -> str:
    """At most so many letters, to the end of a word."""
    if len(text) <= most or re.match(LETTERS, text[most]) or text[most].isspace():
        return text[:most].rstrip()
    whole = re.match(rf"(.*[\s，。！？；、]|.*{LETTERS})", text[:most], re.DOTALL)
    return (whole.group() if whole else text[:most]).rstrip()
