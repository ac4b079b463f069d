"""What the queue does for datasets."""

import threading

from celery import shared_task

from chainhub.core.queue import send
from chainhub.datasets import services
from chainhub.datasets.models import Dataset
from chainhub.datasets.search.indexing import index_datasets

_rechecking = threading.Lock()


@shared_task(name="datasets.inspect_version")
def inspect_version(version_id: int) -> None:
    """Inspect one uploaded version."""
    services.inspect_version(version_id)
    send("datasets.profile_version", version_id)


@shared_task(name="datasets.check_reference")
def check_reference(version_id: int) -> None:
    """Read and hash again what a version refers to."""
    services.check_reference(version_id)


@shared_task(name="datasets.recheck_references")
def recheck_references() -> None:
    """Read and hash again those references whose time has come; one sweep at a time per worker."""
    if not _rechecking.acquire(blocking=False):
        return
    try:
        services.recheck_references()
    finally:
        _rechecking.release()


# One profile at a time per worker: they take minutes of a core, and people wait for the short tasks beside them.
_counting = threading.Lock()


@shared_task(name="datasets.profile_version")
def profile_version(version_id: int) -> None:
    """Count what the values of one version look like; where another is being counted, that one sends this again."""
    if not _counting.acquire(blocking=False):
        return
    try:
        services.profile_version(version_id)
    finally:
        _counting.release()
    services.send_unprofiled()


@shared_task(name="datasets.inspect_missing")
def inspect_missing() -> None:
    """Send again what was lost."""
    services.send_uninspected()
    services.send_unprofiled()


@shared_task(name="datasets.index_organization")
def index_organization(organization_id: int) -> None:
    """Write the words of an organization's datasets anew."""
    index_datasets(Dataset.objects.filter(organization=organization_id))
