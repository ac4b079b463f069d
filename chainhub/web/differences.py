"""What changed between two texts, paragraph by paragraph, for reading."""

from difflib import SequenceMatcher
from typing import NamedTuple


class Change(NamedTuple):
    """A paragraph: `same`, `added` or `removed`."""

    kind: str
    text: str


def changes(before: str, after: str) -> list[Change]:
    """Every paragraph of both texts in reading order."""
    old, new = _paragraphs(before), _paragraphs(after)
    found: list[Change] = []
    for tag, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found += [Change("same", text) for text in old[old_from:old_to]]
        else:
            found += [Change("removed", text) for text in old[old_from:old_to]]
            found += [Change("added", text) for text in new[new_from:new_to]]
    return found


def _paragraphs(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]
