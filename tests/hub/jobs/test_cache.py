"""A node keeps inputs as long as there is room."""

import os
import time
from typing import Any

import pytest

from chainhub.jobs.cache import cached, trim_cache
from chainhub.repositories.storage import store_bytes

pytestmark = pytest.mark.django_db


def test_a_blob_is_fetched_once_and_mended_when_cut_short(monkeypatch: Any) -> None:
    blob = store_bytes(b"rows")
    path = cached(blob)
    inode = path.stat().st_ino
    assert cached(blob).stat().st_ino == inode
    path.write_bytes(b"ro")
    assert cached(blob).read_bytes() == b"rows"


def test_what_was_unused_longest_goes_first_and_what_is_in_use_stays(settings: Any) -> None:
    settings.NODE_CACHE_BYTES = 10
    old, older, new = (cached(store_bytes(content)) for content in (b"12345", b"67890", b"abcdefgh"))
    now = time.time()
    for path, age in ((old, 1000), (older, 2000), (new, 0)):
        os.utime(path, (now - age, now - age))
    assert trim_cache() == 10
    assert [path.exists() for path in (old, older, new)] == [False, False, True]
    settings.NODE_CACHE_BYTES = 1
    assert trim_cache() == 0, "what a run may just be about to read is left alone"
