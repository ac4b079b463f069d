"""What is asked of the catalogue, read from the words behind a question mark."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import models
from django.utils.translation import gettext_lazy as _

from chainhub.datasets.catalogue.facets import FACETS

LONGEST_QUESTION = 100
MOST_CHOICES = 20  # of one facet; nobody clicks more


class Sort(models.TextChoices):
    """In which order; by relevance where words were asked for, else the newest first."""

    RELEVANCE = "relevance", _("Best match first")
    NEWEST = "newest", _("Newest first")
    NAME = "name", _("By name")
    ROWS = "rows", _("Most rows first")


@dataclass(frozen=True)
class Asked:
    """Words, chosen values by facet, and the order."""

    words: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: Sort = Sort.NEWEST

    @property
    def narrows(self) -> bool:
        return bool(self.words or self.chosen)


def asked_in(query: Mapping[str, Sequence[str]]) -> Asked:
    """`?q=…&kind=table&kind=images&sort=rows` as `{name: values}`; what makes no sense is left out."""
    words = _last(query, "q")[:LONGEST_QUESTION]
    chosen = {
        name: tuple(dict.fromkeys(filter(facet.knows, map(_plain, query.get(name, ())[:MOST_CHOICES]))))
        for name, facet in FACETS.items()
    }
    usual = Sort.RELEVANCE if words else Sort.NEWEST
    sort = _last(query, "sort")
    return Asked(
        words=words,
        chosen={name: values for name, values in chosen.items() if values},
        sort=Sort(sort) if sort in Sort.values and (words or sort != Sort.RELEVANCE) else usual,
    )


def _last(query: Mapping[str, Sequence[str]], name: str) -> str:
    return _plain((query.get(name) or [""])[-1])


def _plain(text: str) -> str:
    """A database takes no NUL."""
    return text.replace("\x00", "").strip()
