"""Texts as words to find them by: whole words of alphabets, pairs of characters where no space parts the words.

Words are kept as UTF-8 bytes: bytes are compared alike by every database, so that all words with a common beginning
lie between two bounds of an index, whatever language the database sorts by.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

IDEOGRAPHS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
RUN = re.compile(rf"(?P<pairs>[{IDEOGRAPHS}]+)|(?P<word>(?:(?![{IDEOGRAPHS}])[^\W_])+)")
LONGEST_WORD = 40  # characters
MOST_TERMS = 12  # of one question
AFTER = b"\xff"  # greater than any byte of UTF-8
SHORTEST_PLURAL = 4


@dataclass(frozen=True)
class Term:
    """One part of a question: the word itself, and whether words that begin with it answer too."""

    word: bytes
    opens: bool

    @property
    def end(self) -> bytes:
        """The first word after all that begin with this one."""
        return self.word + AFTER


def words_in(text: str) -> set[bytes]:
    """Every word by which the text is found."""
    return {word.encode() for kind, run in _runs(text) for word in _kept(kind, run)}


def terms_in(text: str) -> list[Term]:
    """What a question asks for; each of them must be found. Empty where it holds no letter and no digit."""
    terms: dict[Term, None] = {}
    for kind, run in _runs(text):
        terms |= dict.fromkeys(_asked(kind, run))
    return list(terms)[:MOST_TERMS]


def _runs(text: str) -> Iterator[tuple[str, str]]:
    plain = unicodedata.normalize("NFKC", text).casefold()
    for found in RUN.finditer(plain):
        yield found.lastgroup or "", found[0]


def _kept(kind: str, run: str) -> Iterator[str]:
    if kind == "pairs":
        # The last character stands alone, so that each character begins something and is found by itself.
        yield from (run[at : at + 2] for at in range(len(run)))
    else:
        yield run[:LONGEST_WORD]
        yield _singular(run)[:LONGEST_WORD]


def _asked(kind: str, run: str) -> Iterator[Term]:
    if kind == "word":
        word = _singular(run)[:LONGEST_WORD]
        yield Term(word.encode(), opens=len(word) > 1)
    elif len(run) == 1:
        yield Term(run.encode(), opens=True)
    else:
        yield from (Term(run[at : at + 2].encode(), opens=False) for at in range(len(run) - 1))


def _singular(word: str) -> str:
    """An English plural without its ending: who asks for bearings wants a bearing too."""
    if not word.isascii() or len(word) < SHORTEST_PLURAL or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word.removesuffix("s")
