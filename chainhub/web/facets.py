"""Facets and their values in the reader's language."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chainhub.datasets.catalogue import Choice
from chainhub.datasets.models import Kind
from chainhub.organizations.models import Stage
from chainhub.policies.terms import DOWNLOAD, TRAIN_FEDERATED, TRAIN_POOLED, VIEW_ROWS
from chainhub.scenarios.catalogue import scenario

Text = str | Promise

TITLES: dict[str, Text] = {
    "stage": _("Chain stage"),
    "industry": _("Industry"),
    "kind": _("Kind of data"),
    "scenario": _("Scenario"),
    "terms": _("Offered for"),
    "size": _("Size"),
    "freshness": _("Newest version"),
}
SIZES: dict[str, Text] = {
    "small": _("Up to 1,000 rows"),
    "medium": _("Up to 100,000 rows"),
    "large": _("Up to 10 million rows"),
    "huge": _("More than 10 million rows"),
}
AGES: dict[str, Text] = {
    "week": _("Within a week"),
    "month": _("Within a month"),
    "year": _("Within a year"),
    "older": _("Older than a year"),
}
TERMS: dict[str, Text] = {
    TRAIN_POOLED: _("Training, rows pooled"),
    TRAIN_FEDERATED: _("Training, rows stay apart"),
    VIEW_ROWS: _("Viewing rows"),
    DOWNLOAD: _("Downloading"),
}
LABELS: dict[str, Callable[[str], Text]] = {
    "stage": lambda value: Stage(value).label,
    "kind": lambda value: Kind(value).label,
    "scenario": lambda value: known.title if (known := scenario(value)) else value,
    "terms": lambda value: TERMS[value],
    "size": lambda value: SIZES[value],
    "freshness": lambda value: AGES[value],
}


@dataclass(frozen=True)
class Shown:
    """One facet as a list of check boxes; `chosen` are labels with the address that is without them."""

    name: str
    title: Text
    choices: list[tuple[Choice, Text]]
    chosen: list[tuple[Text, str]]


def label_of(facet: str, value: str) -> Text:
    """A value as people read it; a free text stands for itself."""
    return LABELS[facet](value) if facet in LABELS else value


def shown_facets(counted: dict[str, list[Choice]], query: QueryDict) -> list[Shown]:
    """Those that part the datasets: a facet with one value that is not chosen helps nobody."""
    shown = [_shown(name, choices, query) for name, choices in counted.items()]
    return [facet for facet in shown if len(facet.choices) > 1 or facet.chosen]


def _shown(name: str, choices: list[Choice], query: QueryDict) -> Shown:
    labelled = [(choice, label_of(name, choice.value)) for choice in choices]
    chosen = [(label, _without(query, name, choice.value)) for choice, label in labelled if choice.chosen]
    return Shown(name, TITLES[name], labelled, chosen)


def _without(query: QueryDict, name: str, value: str) -> str:
    """The address without one of its values, from its first page on."""
    rest = query.copy()
    rest.setlist(name, [one for one in rest.getlist(name) if one != value])
    rest.pop("page", None)
    return f"?{rest.urlencode()}"
