"""The sweep and others at the same moment, in processes as PostgreSQL sees them: rows are locked, the second waits."""

import hashlib
import io
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from chainhub.accounts.models import User
from chainhub.organizations.models import Organization
from chainhub.repositories import keyring, services, storage, sweeping
from chainhub.repositories.models import Blob, CommitFile
from tests.hub.repositories.test_sweeping import let_pass

on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")


def beside(act: Callable[[], Any]) -> tuple[threading.Thread, list[Any]]:
    """Runs in a thread with a connection of its own."""
    results: list[Any] = []

    def run() -> None:
        try:
            results.append(act())
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread, results


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_the_sweep_waits_for_who_is_about_to_name_a_blob(alice: User, anvil: Organization) -> None:
    blob = storage.store_bytes(b"being named", owner=anvil)
    let_pass()
    with transaction.atomic():
        services.commit_files(services.create_repository("model"), {"a": blob}, author=alice, title="v1")
        thread, dropped = beside(sweeping.sweep_blobs)
        thread.join(1)
        assert thread.is_alive()
    thread.join(20)
    assert dropped == [0]
    assert CommitFile.objects.get().blob == blob
    assert storage.open_blob(blob).read() == b"being named"


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_the_sweep_waits_for_who_gives_the_same_bytes(anvil: Organization) -> None:
    blob = storage.store_bytes(b"being given", owner=anvil)
    let_pass()
    with transaction.atomic():
        assert storage.store_bytes(b"being given", owner=anvil) == blob
        thread, dropped = beside(sweeping.sweep_blobs)
        thread.join(1)
        assert thread.is_alive()
    thread.join(20)
    assert dropped == [0]
    assert storage.blob_exists(blob)


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_who_gives_the_same_bytes_waits_for_the_sweep_of_their_file(
    anvil: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file has no row. The sweep has begun to take it as another process writes it anew and makes its row."""
    key = keyring.key_for(anvil)
    blob = Blob(sha256=hashlib.sha256(b"raced").hexdigest(), size=5, owner=anvil, key=key)
    storage.write_blob(blob, io.BytesIO(b"raced"))
    remove, started = sweeping.raw.remove, []

    def slow(name: str) -> None:
        thread, results = beside(lambda: storage.store_bytes(b"raced", owner=anvil))
        thread.join(1)
        started.append((thread, results))
        remove(name)

    monkeypatch.setattr(sweeping.raw, "remove", slow)
    assert sweeping.forget_file(blob.storage_name)
    ((thread, results),) = started
    thread.join(20)
    assert storage.open_blob(results[0]).read() == b"raced"
