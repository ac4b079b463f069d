"""Hashes of uploads under way, kept by the process that received their bytes.

Only to spare a second reading: where another process received a part, or this one was restarted, there is none, and
the file is read when it is whole.
"""

import hashlib
from collections import OrderedDict
from threading import Lock
from typing import Any

from chainhub.repositories.models import Upload

MOST = 256

_under_way: "OrderedDict[tuple[Any, int], Any]" = OrderedDict()
_lock = Lock()


def running_hash(upload: Upload, offset: int) -> Any | None:
    """SHA-256 over the first `offset` bytes, to be carried on; None where it is not known."""
    if offset == 0:
        return hashlib.sha256()
    with _lock:
        return _under_way.pop((upload.pk, offset), None)


def remember_hash(upload: Upload, length: int, digest: Any) -> None:
    """Keep the hash over the first `length` bytes for the request that goes on there."""
    with _lock:
        _under_way[upload.pk, length] = digest
        while len(_under_way) > MOST:
            _under_way.popitem(last=False)
