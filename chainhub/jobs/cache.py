"""A node's cache of inputs: each blob under its hash, fetched and verified once, the longest unused ones dropped."""

import contextlib
import os
import time
from pathlib import Path

from django.conf import settings

from chainhub.repositories.models import Blob
from chainhub.repositories.storage import LostBlobError, fetch_blob

IN_USE = 600.0  # seconds since its last use in which a blob is left alone: a run may be about to link it


def cached(blob: Blob) -> Path:
    """The blob on this machine. Raises `DamagedBlobError`."""
    if blob.lost:
        raise LostBlobError
    path = _folder() / blob.content_name
    if not (path.exists() and path.stat().st_size == blob.size):
        fetch_blob(blob, path)
    os.utime(path)
    return path


def trim_cache() -> int:
    """Drop what was not used for longest until the rest fits; the bytes that were freed.

    Whatever the room, nothing stays of files whose keys were destroyed.
    """
    _forget_lost()
    files = []
    for path in _folder().rglob("*"):
        with contextlib.suppress(FileNotFoundError):  # another worker of this machine trims as well
            if path.is_file():
                files.append((path.stat().st_mtime, path.stat().st_size, path))
    surplus = sum(size for _used, size, _path in files) - settings.NODE_CACHE_BYTES
    freed, settled = 0, time.time() - IN_USE
    for used, size, path in sorted(files):
        if freed >= surplus or used > settled:
            break
        path.unlink(missing_ok=True)
        freed += size
    return freed


def _forget_lost() -> None:
    here = {path.name: path for path in _folder().rglob("*") if path.is_file()}
    lost = set(Blob.objects.filter(sha256__in=here, lost=True).values_list("sha256", flat=True))
    for name in lost - set(Blob.objects.filter(sha256__in=lost, lost=False).values_list("sha256", flat=True)):
        here[name].unlink(missing_ok=True)


def _folder() -> Path:
    return Path(settings.NODE_CACHE) / "blobs"
