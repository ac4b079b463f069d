"""The catalogue's facet of terms: for what owners offer their datasets, before anybody has asked."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KeyTextTransform

from chainhub.datasets.catalogue.facets import FACETS, Counts, Facet
from chainhub.datasets.models import Dataset
from chainhub.policies.models import UsagePolicy
from chainhub.policies.terms import DEFAULT, DOWNLOAD, TRAIN_FEDERATED, TRAIN_POOLED, VIEW_ROWS

SHOWN = (TRAIN_POOLED, TRAIN_FEDERATED, VIEW_ROWS, DOWNLOAD)


def register() -> None:
    """Let the catalogue have it: it stands on a floor that does not know terms."""
    FACETS["terms"] = Facet(narrow=_narrow, count=_count, order=SHOWN)


def _with_uses(datasets: QuerySet[Dataset]) -> QuerySet[Any]:
    """`offered_uses`: the uses of the newest policy as JSON text; null where the owner has written none."""
    newest = UsagePolicy.objects.filter(dataset=OuterRef("pk")).order_by("-number")
    uses = newest.annotate(uses=KeyTextTransform("uses", "terms")).values("uses")[:1]
    return datasets.annotate(offered_uses=Subquery(uses))


def _narrow(datasets: QuerySet[Dataset], values: Sequence[str], _user: Any) -> QuerySet[Any]:
    wanted = Q()
    for use in values:
        wanted |= Q(offered_uses__contains=f'"{use}"')
        if use in DEFAULT.uses:
            wanted |= Q(offered_uses=None)
    return _with_uses(datasets).filter(wanted)


def _count(datasets: QuerySet[Dataset], _user: Any) -> Counts:
    found = Counter(_with_uses(datasets).order_by().values_list("offered_uses", flat=True))
    usual = "".join(f'"{use}"' for use in DEFAULT.uses)
    return {use: sum(times for uses, times in found.items() if f'"{use}"' in (uses or usual)) for use in SHOWN}
