"""By what the catalogue is narrowed. Nothing is counted that the person may not see.

Each facet knows the condition that its chosen values stand for, and the value that each dataset has; a number beside
a value is how many datasets would be left if it alone were chosen in its facet.
"""

import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from chainhub.collaborations.models import Collaboration
from chainhub.datasets.models import Dataset, DatasetVersion, Grant, Kind, VersionStatus
from chainhub.organizations.models import Stage

MOST_SHOWN = 12  # values of one facet, the most frequent first
SIZES = {"small": 1_000, "medium": 100_000, "large": 10_000_000}  # fewer rows than; all others are "huge"
HUGE = "huge"
LARGEST = 2**62
FRESH = {"week": 7, "month": 31, "year": 366}  # newest version within so many days; all others are "older"
OLDER = "older"
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)

Datasets = QuerySet[Dataset]
Counts = dict[str, int]
Ranges = dict[str, tuple[Any, Any]]  # from, and up to but without


@dataclass(frozen=True)
class Choice:
    """A value of a facet, and how many datasets have it."""

    value: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Facet:
    """`narrow(datasets, values, user)` and `count(datasets, user)`; `order` is that of its values, if they have one."""

    narrow: Callable[[Datasets, Sequence[str], Any], Datasets]
    count: Callable[[Datasets, Any], Counts]
    order: tuple[str, ...] = ()

    def knows(self, value: str) -> bool:
        return bool(value) and (not self.order or value in self.order)


def _by_column(column: str, order: Sequence[str] = ()) -> Facet:
    """A facet that is a column."""
    return Facet(
        narrow=lambda datasets, values, _user: datasets.filter(**{f"{column}__in": values}),
        count=lambda datasets, _user: _grouped(datasets, F(column)),
        order=tuple(order),
    )


def _by_range(column: str, ranges: Callable[[], Ranges], order: Sequence[str]) -> Facet:
    """A facet whose values are ranges of a column of the newest usable version."""

    def narrow(datasets: Datasets, values: Sequence[str], _user: Any) -> Datasets:
        wanted = Q()
        for value in values:
            low, high = ranges()[value]
            wanted |= Q(**{f"latest_{column}__gte": low, f"latest_{column}__lt": high})
        return datasets.annotate(**{f"latest_{column}": latest(column)}).filter(wanted)

    def count(datasets: Datasets, _user: Any) -> Counts:
        # Put into ranges here: a database would look for the version once for every bound.
        found = Counter(datasets.order_by().values_list(latest(column), flat=True))
        found.pop(None, 0)
        return {
            name: number
            for name, (low, high) in ranges().items()
            if (number := sum(times for value, times in found.items() if low <= value < high))
        }

    return Facet(narrow=narrow, count=count, order=tuple(order))


def _grouped(datasets: Datasets, value: Any) -> Counts:
    rows = datasets.order_by().annotate(facet=value).values("facet").annotate(number=Count("pk"))
    return {row["facet"]: row["number"] for row in rows if row["facet"]}


def latest(column: str) -> Subquery:
    """A column of the newest usable version."""
    ready = DatasetVersion.objects.filter(dataset=OuterRef("pk"), status=VersionStatus.READY).order_by("-number")
    return Subquery(ready.values(column)[:1])


def _sizes() -> Ranges:
    bounds = [0, *SIZES.values(), LARGEST]
    return dict(zip([*SIZES, HUGE], itertools.pairwise(bounds), strict=True))


def _ages() -> Ranges:
    now = timezone.now()
    bounds = [now + timedelta(days=1), *(now - timedelta(days=days) for days in FRESH.values()), BEGINNING]
    return {name: (low, high) for name, (high, low) in zip([*FRESH, OLDER], itertools.pairwise(bounds), strict=True)}


def _grants_seen_by(user: Any) -> QuerySet[Grant]:
    """A card that is open to the hub does not tell who works with whom: only what the person sees and may know of."""
    return Grant.objects.active().told_to(user).filter(collaboration__in=Collaboration.objects.visible_to(user))


def _of_scenarios(datasets: Datasets, values: Sequence[str], user: Any) -> Datasets:
    return datasets.filter(pk__in=_grants_seen_by(user).filter(collaboration__scenario__in=values).values("dataset"))


def _scenarios(datasets: Datasets, user: Any) -> Counts:
    named = _grants_seen_by(user).exclude(collaboration__scenario="")
    seen = named.filter(dataset__in=datasets.order_by().values("pk"))
    rows = seen.order_by().values("collaboration__scenario").annotate(number=Count("dataset", distinct=True))
    return {row["collaboration__scenario"]: row["number"] for row in rows}


FACETS: dict[str, Facet] = {
    "stage": _by_column("organization__stage", Stage.values),
    "industry": _by_column("organization__industry"),
    "kind": _by_column("kind", Kind.values),
    "scenario": Facet(narrow=_of_scenarios, count=_scenarios),
    "size": _by_range("rows", _sizes, [*SIZES, HUGE]),
    "freshness": _by_range("created_at", _ages, [*FRESH, OLDER]),
}


def choices(facet: Facet, counts: Counts, chosen: Sequence[str]) -> list[Choice]:
    """In the facet's own order, else the most frequent first; a chosen one is always there, to be unchosen."""
    if facet.order:
        shown = [value for value in facet.order if counts.get(value) or value in chosen]
    else:
        often = sorted(counts, key=lambda value: (-counts[value], value))[:MOST_SHOWN]
        shown = [*often, *(value for value in chosen if value not in often)]
    return [Choice(value, counts.get(value, 0), value in chosen) for value in shown]
