"""What nothing names goes: blobs that were stored for something that never came, and files without a row.

A process that is killed between two steps leaves such bytes, and so does one that lost a race. Nothing is taken that
is younger than a day, and each is looked at again, locked, before it goes: whoever is about to name it comes first, or
stores it anew.
"""

import logging
import re
from contextlib import suppress
from datetime import timedelta
from itertools import islice
from typing import Any

from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from chainhub.repositories import raw
from chainhub.repositories.models import Blob
from chainhub.repositories.storage import drop_blob

logger = logging.getLogger(__name__)

YOUNG = timedelta(days=1)  # in which something may be about to name it
AT_ONCE = 500
NAME = re.compile(
    r"(?:organizations/(?P<owner>[0-9]+)/)?(?:key-(?P<key>[0-9a-f-]{36})/)?"
    r"(?P<first>[0-9a-f]{2})/(?P<second>[0-9a-f]{2})/(?P<sha256>(?P=first)(?P=second)[0-9a-f]{60})"
)
UNFINISHED = re.compile(r"(?:.+/)?\.[0-9a-f]{64}\.[0-9a-f]{32}")


def unnamed_blobs() -> QuerySet[Blob]:
    """Blobs to which no row of any table points, however many tables there will be."""
    found = Blob.objects.filter(lost=False)  # those whose key was destroyed are `shredding`'s
    for relation in Blob._meta.get_fields(include_hidden=True):  # noqa: SLF001 - Django's own way
        if relation.auto_created and not relation.concrete and relation.related_model:
            pointing: Any = relation.related_model
            name = relation.field.name  # type: ignore[union-attr]
            found = found.filter(~Exists(pointing._base_manager.filter(**{name: OuterRef("pk")})))  # noqa: SLF001 - without filters
    return found


def sweep_blobs() -> int:
    """Drop blobs that nothing names and that nobody gave for a day; how many."""
    limit = timezone.now() - YOUNG
    old = unnamed_blobs().filter(given_at__lt=limit)
    return sum(_dropped(blob, limit) for blob in old.order_by("pk").iterator())


def sweep_files() -> int:
    """Remove files that no row names, and unfinished ones, that were not written for a day; how many."""
    limit = (timezone.now() - YOUNG).timestamp()
    old = (name for name, written in raw.everything() if written < limit)
    count = 0
    while names := list(islice(old, AT_ONCE)):
        for name in filter(UNFINISHED.fullmatch, names):
            raw.remove(name)
            count += 1
        count += sum(forget_file(name) for name in _without_row(names))
    return count


def forget_file(name: str) -> bool:
    """Remove a blob's file unless a row names it; whether it went.

    Whoever stores the same bytes meanwhile waits for a row that stands in for its own until the file is gone, and then
    looks whether its file is there; whoever moves a blob under another key waits for the blob's row, and looks too.
    """
    parts = NAME.fullmatch(name)
    if parts is None:
        return False
    whose = {"owner_id": parts["owner"] and int(parts["owner"]), "sha256": parts["sha256"]}
    with suppress(IntegrityError), transaction.atomic():  # another process stores these bytes right now
        alike = list(Blob.objects.select_for_update(of=("self",)).filter(**whose))
        if any(one.storage_name == name for one in alike):
            return False
        stand_in = None if any(not one.lost for one in alike) else Blob.objects.create(**whose, size=0)
        raw.remove(name)
        if stand_in:
            stand_in.delete()
        return True
    return False


def _dropped(blob: Blob, limit: Any) -> bool:
    try:
        return drop_blob(blob, unless_given_since=limit)
    except (DatabaseError, OSError):  # one that cannot go now holds up no other
        logger.exception("blob %s, which nothing names, stays for now", blob.pk)
        return False


def _without_row(names: list[str]) -> list[str]:
    found = {name: parts["sha256"] for name in names if (parts := NAME.fullmatch(name))}
    named = {blob.storage_name for blob in Blob.objects.filter(sha256__in=found.values())}
    return [name for name in found if name not in named]
