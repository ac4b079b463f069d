"""What was last seen of a reference: the marks in `DatasetVersion.reference` beside what was registered."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

CHANGED, UNREACHABLE = "changed", "unreachable"
AGAIN = timedelta(hours=1)  # after which one that could not be read is tried again


def trouble_of(reference: Mapping[str, Any]) -> str:
    """`CHANGED`, `UNREACHABLE`, or nothing where all was well."""
    if reference.get("reachable") is False:
        return UNREACHABLE
    return CHANGED if reference.get("changed") else ""


def due_since(reference: Mapping[str, Any]) -> datetime | None:
    """When it should have been looked at again; None while that lies ahead, or where the operator wants none of it."""
    every = timedelta(hours=settings.REFERENCE_CHECK_HOURS)
    if not every:
        return None
    seen = reference.get("checked_at")
    wait = min(every, AGAIN) if trouble_of(reference) == UNREACHABLE else every
    due = datetime.fromisoformat(seen) + wait if seen else datetime.min.replace(tzinfo=timezone.get_default_timezone())
    return due if due <= timezone.now() else None
