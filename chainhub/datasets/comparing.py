"""Two profiles beside one another: what came, went and moved, and where others' data may be compared with one's own."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from django.db.models import QuerySet

from chainhub.collaborations.models import Collaboration
from chainhub.datasets.models import Dataset, DatasetVersion, Grant, VersionStatus
from chainhub.datasets.profile.drift import drift_between
from chainhub.datasets.services.changes import changes_between

BINS, MOST_BINS = 20, 40


def others_for(user: Any, dataset: Dataset) -> QuerySet[Dataset]:
    """Data that the terms let be compared with this: granted to a collaboration to which this is granted too."""
    seen = Collaboration.objects.visible_to(user)
    told = Grant.objects.lasting().told_to(user)
    shared = told.filter(dataset=dataset, collaboration__in=seen).values("collaboration")
    granted = told.filter(collaboration__in=shared).exclude(dataset=dataset)
    found = Dataset.objects.visible_to(user).filter(pk__in=granted.values("dataset"), withdrawn_at=None)
    return found.select_related("organization").order_by("organization__name", "name")


def newest_profiled(dataset: Dataset) -> DatasetVersion | None:
    """The version whose profile stands for the dataset."""
    ready = dataset.versions.filter(status=VersionStatus.READY, profile__state="ready")
    return ready.order_by("-number").first()


def difference(
    before: DatasetVersion, after: DatasetVersion, *, profiles: tuple[Mapping[str, Any], Mapping[str, Any]]
) -> dict[str, Any]:  # fmt: skip
    """`{changes, rows, duplicates, fields}`; `profiles` are as the reader may see them."""
    old, new = profiles
    tables = [{one["name"]: one for one in profile.get("fields", [])} for profile in profiles]
    fields = []
    for drift in drift_between(old, new):
        pair = (tables[0][drift.name], tables[1][drift.name])
        if any(one.get("masked") for one in pair):
            continue
        fields.append({"drift": drift, "before": pair[0], "after": pair[1], "chart": overlaid(*pair)})
    return {
        "changes": changes_between(before.inspection, after.inspection),
        "rows": (before.rows, after.rows),
        "duplicates": [(profile.get("duplicates") or {}).get("rows") for profile in profiles],
        "fields": fields,
    }


def overlaid(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any] | None:
    """Two distributions over the same values or bins, as shares of rows: `{names | edges, shares: [[…], […]]}`."""
    if before.get("values") and after.get("values"):
        tables = [{str(one["value"]): one["count"] for one in field["values"]} for field in (before, after)]
        names = list(dict.fromkeys([*tables[0], *tables[1]]))[:BINS]
        totals = [sum(one["count"] for one in f["values"]) + f.get("other", 0) for f in (before, after)]
        shares = [
            [table.get(name, 0) / max(total, 1) for name in names] for table, total in zip(tables, totals, strict=True)
        ]
        return {"names": names, "shares": shares}
    pictures = [field.get("histogram") for field in (before, after)]
    if not all(picture and isinstance(picture["edges"][0], int | float) for picture in pictures):
        return None
    low = min(picture["edges"][0] for picture in pictures if picture)
    high = max(picture["edges"][-1] for picture in pictures if picture)
    # Bins of one of the two where they reach over both: whole numbers keep theirs.
    width = min(picture["edges"][1] - picture["edges"][0] for picture in pictures if picture)
    bins = round((high - low) / width) if width * MOST_BINS >= high - low else BINS
    edges = [low + (high - low) * place / bins for place in range(bins + 1)]
    return {"edges": edges, "shares": [_rebinned(picture, edges) for picture in pictures if picture]}


def _rebinned(picture: Mapping[str, Any], edges: list[float]) -> list[float]:
    """Shares in other bins, as if values lay evenly within their own."""
    total = max(sum(picture["counts"]), 1)
    below = [0.0]
    for count in picture["counts"]:
        below.append(below[-1] + count / total)

    def until(value: float) -> float:
        old = picture["edges"]
        if value <= old[0]:
            return 0.0
        for place in range(len(old) - 1):
            if value < old[place + 1]:
                within = (value - old[place]) / (old[place + 1] - old[place])
                return float(below[place] + within * (below[place + 1] - below[place]))
        return 1.0

    steps = [until(edge) for edge in edges]
    return [round(high - low, 6) for low, high in pairwise(steps)]
