"""What a set of example data is: one file for each organization, and what its card says in both languages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from typing import Any

from django.utils.translation import get_language

from chainhub.scenarios.carriers import Carrier

CARDS = Path(__file__).with_name("cards")


def about(english: str, chinese: str, **more: str) -> dict[str, str]:
    """What a field means, in both languages in one line, for the hub keeps one; and its role or unit."""
    return {"about": f"{english} · {chinese}", **more}


@dataclass(frozen=True, kw_only=True)
class Part:
    """What one organization holds; `content` makes its file, the same bytes each time. It raises `CarrierError`.

    `rows` counts what the hub will count: rows, texts, images or paragraphs. `told` fills the card's places.
    """

    slug: str
    organization: str
    organization_zh: str
    filename: str
    rows: int
    content: Callable[[], bytes]
    told: Mapping[str, str] = field(default_factory=dict)
    held_out: bool = False  # kept for evaluating: no job should train on it

    @property
    def name(self) -> str:
        """The organization in both languages, as the hub's organizations are called."""
        same = self.organization == self.organization_zh
        return self.organization if same else f"{self.organization} {self.organization_zh}"


@dataclass(frozen=True, kw_only=True)
class SampleSet:
    """Real data divided among organizations.

    `kind` and `target` are those of the hub's datasets, and what its inspection finds by itself unless `chosen` says
    that the owner has to name the kind. `fields` are the owner's words on single fields, as `set_field` takes them
    (role, type, unit, sensitive, about).
    """

    slug: str
    title: str
    title_zh: str
    summary: str
    summary_zh: str
    licence: str
    source: str
    source_url: str
    citation: str
    kind: str
    target: str
    carriers: tuple[Carrier, ...]
    parts: tuple[Part, ...]
    identifiers: tuple[str, ...] = ()
    fields: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    chosen: bool = False  # whether `kind` has to be named when it is registered
    licence_zh: str = ""  # where the licence is said in more than names

    @property
    def rows(self) -> int:
        """Of all parts together."""
        return sum(part.rows for part in self.parts)

    @property
    def said_licence(self) -> str:
        """The licence as the reader's language says it."""
        return (self.licence_zh if (get_language() or "").startswith("zh") else "") or self.licence

    def card(self, part: Part) -> str:
        """The dataset card of one part, in Markdown."""
        return self._filled("en", part)

    def card_zh(self, part: Part) -> str:
        """The same in Chinese."""
        return self._filled("zh", part)

    def _filled(self, language: str, part: Part) -> str:
        text = (CARDS / f"{self.slug}.{language}.md").read_text(encoding="utf-8")
        organization = part.organization_zh if language == "zh" else part.organization
        told = {"organization": organization, "rows": f"{part.rows:,}", "citation": self.citation, **part.told}
        return Template(text).substitute(told)

    def part(self, slug: str) -> Part:
        """The part of that name. Raises `KeyError`."""
        return {one.slug: one for one in self.parts}[slug]
