"""References are looked at again from time to time, so that a file that is gone is known before a job needs it."""

import time
from datetime import datetime

from django.core.cache import cache

from chainhub.datasets.models import DatasetVersion
from chainhub.datasets.references.fetching import MOST_SECONDS
from chainhub.datasets.references.state import due_since
from chainhub.datasets.services.referring import check_reference

TURN = 600.0  # seconds after which no further file is begun: others wait for the queue


def recheck_references() -> int:
    """Read and hash again what is due, the longest overdue first, one after another; how many were read.

    What is left is due at the next sweep. Several workers may do this at once: each file is read by one.
    """
    until, count = time.monotonic() + TURN, 0
    for version_id in _due():
        if time.monotonic() > until:
            break
        count += _recheck(version_id)
    return count


def _recheck(version_id: int) -> bool:
    held = f"rechecking-reference:{version_id}"
    if not cache.add(held, 1, MOST_SECONDS):
        return False
    try:
        version = DatasetVersion.objects.filter(pk=version_id).only("reference").first()
        if version is None or due_since(version.reference or {}) is None:  # another worker came first
            return False
        check_reference(version_id)
    finally:
        cache.delete(held)
    return True


def _due() -> list[int]:
    """Of each address of a dataset the newest version alone: the file of an older one is known to be another now."""
    usable = DatasetVersion.objects.ready().filter(
        reference__isnull=False, deprecated_at=None, dataset__withdrawn_at=None
    )
    seen: set[tuple[int, str]] = set()
    due: list[tuple[datetime, int]] = []
    for version in usable.only("dataset", "reference").order_by("dataset", "-number").iterator():
        reference = version.reference or {}
        place = (version.dataset_id, str(reference.get("address")))
        since = due_since(reference)
        if place not in seen and since is not None:
            due.append((since, version.pk))
        seen.add(place)
    return [version_id for _since, version_id in sorted(due)]
