"""A dataset card's usual parts: one Markdown text to the database, a few questions to who writes it.

The parts are the sections under their known headings, in English or Chinese; whatever stands under other headings is
kept as it is. Text before any heading says what the dataset is.
"""

import re
from collections.abc import Iterator, Mapping

from chainhub.datasets.models import Dataset

PARTS = ("about", "collection", "limits", "citation")
REST = "rest"
ENGLISH, CHINESE = "en", "zh"
HEADINGS: dict[str, dict[str, str]] = {
    ENGLISH: {
        "about": "What it is",
        "collection": "How it was collected",
        "limits": "Limits",
        "citation": "Citation",
        REST: "More",
    },
    CHINESE: {
        "about": "数据内容",
        "collection": "采集方式",
        "limits": "局限",
        "citation": "引用方式",
        REST: "其他",
    },
}
KNOWN = {heading.lower(): part for headings in HEADINGS.values() for part, heading in headings.items()}
HEADING = re.compile(r"#{1,2}\s+(?P<title>.+?)\s*#*\s*$")
FENCE = re.compile(r"\s{0,3}(```|~~~)")


def split_card(text: str) -> dict[str, str]:
    """`{part: Markdown}` with every part of `PARTS` and `rest`."""
    found: dict[str, list[str]] = {part: [] for part in (*PARTS, REST)}
    for part, lines in _sections(text):
        if body := "\n".join(lines).strip():
            found[part].append(body)
    return {part: "\n\n".join(bodies) for part, bodies in found.items()}


def join_card(parts: Mapping[str, str], language: str) -> str:
    """One Markdown text with a heading for each part that says something; the rest stands before the citation."""
    written = {part: parts.get(part, "").strip() for part in (*PARTS, REST)}
    sections = [
        # What begins with a heading of its own needs none of ours to be told apart.
        body if part == REST and HEADING.match(body.split("\n")[0]) else f"## {HEADINGS[language][part]}\n\n{body}"
        for part in ("about", "collection", "limits", REST, "citation")
        if (body := written[part])
    ]
    return "\n\n".join(sections)


def _sections(text: str) -> Iterator[tuple[str, list[str]]]:
    """Part and lines of each section; a heading that is not known stays with its text."""
    part, lines, fenced = "about", [], False
    for line in text.replace("\r\n", "\n").split("\n"):
        fenced ^= bool(FENCE.match(line))
        heading = None if fenced else HEADING.match(line)
        if heading is None:
            lines.append(line)
            continue
        yield part, lines
        known = KNOWN.get(heading["title"].lower())
        part, lines = (known, []) if known else (REST, [line])
    yield part, lines


def missing_parts(dataset: Dataset) -> list[str]:
    """What a complete card would also say, as `summary`, `licence`, `source`, the parts, and `en` or `zh`."""
    english, chinese = split_card(dataset.card), split_card(dataset.card_zh)
    said = {
        "summary": dataset.summary or dataset.summary_zh,
        **{part: english[part] or chinese[part] for part in PARTS},
        "licence": dataset.licence,
        "source": dataset.source or dataset.source_url,
        ENGLISH: dataset.summary and dataset.card,
        CHINESE: dataset.summary_zh and dataset.card_zh,
    }
    return [name for name, text in said.items() if not text.strip()]


OF_A_CARD = len(("summary", *PARTS, "licence", "source", ENGLISH, CHINESE))


def citation_of(dataset: Dataset) -> str:
    """How the owner wants it to be cited, in either language; empty where nothing is said."""
    english, chinese = split_card(dataset.card)["citation"], split_card(dataset.card_zh)["citation"]
    return english or chinese
