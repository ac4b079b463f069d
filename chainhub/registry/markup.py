"""Pieces of Markdown: texts made harmless, scores, tables."""

import re
from typing import Any

from chainhub.registry.scores import Score, written

_MARKUP = re.compile(r"([\\`*_\[\]<>|#])")


def plain(value: Any) -> str:
    """A text of somebody's as it stands, on one line, without becoming markup or breaking a table."""
    return _MARKUP.sub(r"\\\1", " ".join(str(value).split()))


def plain_sentence(text: str) -> str:
    """A rendered sentence, which holds names of people's choosing."""
    return _MARKUP.sub(r"\\\1", text)


def cell(score: Score) -> str:
    """`0.931 (0.920–0.942)`, `0.011 (-0.005 – 0.027)`; a dash where it could not be measured."""
    if score.value is None:
        return "–"
    if score.low is None or score.high is None:
        return written(score.value)
    dash = " – " if score.low < 0 else "–"
    return f"{written(score.value)} ({written(score.low)}{dash}{written(score.high)})"


def heading(text: str) -> str:
    """The title of a section."""
    return f"## {text}"


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
