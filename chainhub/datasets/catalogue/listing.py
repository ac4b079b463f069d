"""The datasets that answer to what was asked, in order; the rows of a page are loaded afterwards, by their ids.

A database that sorts ten thousand rows carries along whatever is selected: so first ids alone, then one page of cards.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import F, QuerySet

from chainhub.datasets.catalogue.asking import Asked, Sort
from chainhub.datasets.catalogue.facets import FACETS, Choice, choices, latest
from chainhub.datasets.models import Dataset
from chainhub.datasets.search import matching, ranked


def narrowed(datasets: QuerySet[Dataset], asked: Asked, user: Any, *, but: str = "") -> QuerySet[Dataset]:
    """Those that hold the words and have a chosen value of every facet, `but` one facet left aside."""
    found = matching(datasets, asked.words)
    for name, values in asked.chosen.items():
        if name != but:
            found = FACETS[name].narrow(found, values, user)
    return found


def counted(datasets: QuerySet[Dataset], asked: Asked, user: Any) -> dict[str, list[Choice]]:
    """{facet: its values}, each with how many datasets there are where it alone is chosen in its facet."""
    return {
        name: choices(facet, facet.count(narrowed(datasets, asked, user, but=name), user), asked.chosen.get(name, ()))
        for name, facet in FACETS.items()
    }


def in_order(datasets: QuerySet[Dataset], asked: Asked) -> Any:
    """A queryset of their ids as `asked.sort` says; equal ones newest first."""
    if asked.sort == Sort.RELEVANCE:
        return ranked(datasets, asked.words)
    ordered: Any
    if asked.sort == Sort.ROWS:
        by_rows = datasets.annotate(latest_rows=latest("rows"))
        ordered = by_rows.order_by(F("latest_rows").desc(nulls_last=True), "-created_at", "-pk")
    elif asked.sort == Sort.NAME:
        ordered = datasets.order_by("name", "-created_at", "-pk")
    else:
        ordered = datasets.order_by("-created_at", "-pk")
    return ordered.values_list("pk", flat=True)


def loaded(ids: Sequence[int], user: Any, *related: str) -> list[Dataset]:
    """What a list shows the person of these datasets, in their order."""
    rows: Iterable[Dataset] = Dataset.objects.for_catalogue(user).select_related(*related).filter(pk__in=ids)
    by_id = {dataset.pk: dataset for dataset in rows}
    return [by_id[pk] for pk in ids if pk in by_id]
