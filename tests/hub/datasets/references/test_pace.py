"""Servers that let their bytes drip, two who look at one file, and a machine that is full."""

import errno
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from chainhub.accounts.models import User
from chainhub.activity.models import Notice
from chainhub.core.errors import DomainError
from chainhub.core.sentences import render
from chainhub.datasets import services
from chainhub.datasets.models import DatasetVersion, VersionStatus
from chainhub.datasets.references import (
    NoRoomHereError,
    UnreachableError,
    described,
    fetch_reference,
    fetching,
    lay_out_reference,
    pace,
)
from chainhub.datasets.services import referring
from chainhub.organizations.models import Organization
from chainhub.repositories import limits
from tests.hub.datasets.references.conftest import CSV, Owner
from tests.hub.datasets.references.test_versions import referred

pytestmark = pytest.mark.django_db
HEAD = b"HTTP/1.1 200 OK\r\n"
ENDLESS = {
    "bytes": HEAD + b"Content-Length: 100000\r\n\r\n",
    "bytes without a length": HEAD + b"\r\n",
    "headers": HEAD + b"X-Slow: ",
    "sizes of chunks": HEAD + b"Transfer-Encoding: chunked\r\n\r\n",
    "the first line": b"HTTP/1.1 2",
}


@pytest.fixture
def dripping(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[bytes], str]]:
    """`dripping(beginning)` is the address of a server that begins so, and goes on by a byte at a time, for ever."""
    monkeypatch.setattr(pace, "WINDOW", 0.3)
    monkeypatch.setattr(pace, "INSIST", 0.05)
    done = threading.Event()
    listening = socket.create_server(("127.0.0.1", 0))
    settings.REFERENCE_HOSTS_ALLOWED = [f"127.0.0.1:{listening.getsockname()[1]}"]

    def address(beginning: bytes) -> str:
        def serve() -> None:
            with suppress(OSError):
                line, _from = listening.accept()
                with closing(line):
                    line.recv(65536)
                    line.sendall(beginning)
                    while not done.wait(0.02):
                        line.sendall(b"0")

        threading.Thread(target=serve, daemon=True).start()
        return f"http://127.0.0.1:{listening.getsockname()[1]}/slow.csv"

    yield address
    done.set()
    listening.close()


@pytest.mark.parametrize("what", ENDLESS)
def test_a_server_that_drips_is_left(
    what: str, dripping: Callable[[bytes], str], anvil: Organization, tmp_path: Path
) -> None:
    reference = described(dripping(ENDLESS[what]), organization=anvil)
    with pytest.raises(UnreachableError, match="too slowly to be read; it must give 16 kB a second or more"):
        fetch_reference(reference, tmp_path / "got", lambda _share: None, organization=anvil)


def test_a_file_that_comes_quickly_is_read_however_long_it_takes(
    server: Owner, anvil: Organization, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "WINDOW", 0.1)
    server.answers["/long.csv"] = CSV * 20_000
    reference = described(server.at("/long.csv"), organization=anvil)
    found = fetch_reference(reference, tmp_path / "got", lambda _share: time.sleep(0.01), organization=anvil)
    assert found["size"] == len(CSV) * 20_000


@pytest.fixture
def version(folder: Path, alice: User, anvil: Organization) -> DatasetVersion:
    return referred(alice, anvil, f"{folder}/bearings.csv")


def full(*_asked: Any) -> None:
    raise DomainError("The hub has no room for a file of this size; ask its operator.")


FULL = "The machine that reads the file has no room on its disk for it; ask the hub's operator."


def test_a_full_disk_says_nothing_about_the_file(
    version: DatasetVersion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Checked again, it is not called unreachable; a job on it fails with the true reason, without the address."""
    services.check_reference(version.pk)
    version.refresh_from_db()
    before = version.reference
    monkeypatch.setattr(fetching, "check_disk", full)
    services.check_reference(version.pk)
    version.refresh_from_db()
    assert {**(version.reference or {}), "unread": None} == before
    with pytest.raises(NoRoomHereError) as refusal:
        lay_out_reference(version, tmp_path / "0.parquet", lambda _share: None, isolated=False)
    assert str(refusal.value) == FULL


@pytest.mark.parametrize("place", ["folder", "file"])
def test_who_asks_for_a_check_is_told_that_there_was_no_room(
    place: str, version: DatasetVersion, alice: User, browse: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Alice presses “Check again” while the disk is full, and again, and once there is room: told once, and shown."""

    def no_room(*_args: Any, **_more: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    places = {"folder": (referring.tempfile, "TemporaryDirectory"), "file": (fetching, "create_private")}
    said = "It could not be checked again."
    address, tab = version.dataset.get_absolute_url(), "?tab=versions"
    with monkeypatch.context() as full:
        full.setattr(*places[place], no_room)
        for _press in range(2):
            services.check_reference(version.pk)
    page = browse(alice).get(address + tab).content.decode()
    assert said in page
    assert "could not be read where it lies" not in page
    (notice,) = Notice.objects.filter(kind="dataset.reference", user=alice)
    assert str(notice).endswith(f"could not be checked: {FULL}")
    assert notice.url == address + tab
    services.check_reference(version.pk)
    assert said not in browse(alice).get(address + tab).content.decode()
    assert Notice.objects.filter(kind="dataset.reference").count() == 1


def test_a_disk_that_fills_up_meanwhile_is_told_apart_from_the_line(
    folder: Path, anvil: Organization, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is the kernel's own that is always full."""
    reference = described(f"{folder}/bearings.csv", organization=anvil)
    monkeypatch.setattr(fetching, "create_private", lambda _place: Path("/dev/full").open("wb"))  # noqa: SIM115 - its reader closes it
    with pytest.raises(NoRoomHereError):
        fetch_reference(reference, tmp_path / "got", lambda _share: None, organization=anvil)


def test_a_new_reference_is_refused_with_the_reason(
    folder: Path, alice: User, anvil: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SPARE_DISK", 2**60)
    refused = referred(alice, anvil, f"{folder}/bearings.csv")
    assert (refused.status, render(refused.refusal)) == (VersionStatus.REFUSED, FULL)


def test_one_worker_at_a_time_reads_a_reference(
    version: DatasetVersion, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Alice asks twice: while one worker reads the file, the other does not begin."""
    reads = []
    fetch = fetch_reference

    def counted(*given: Any, **named: Any) -> dict[str, Any]:
        reads.append(1)
        services.check_reference(version.pk)  # what the other worker gets to do
        return fetch(*given, **named)

    monkeypatch.setattr(referring, "fetch_reference", counted)
    services.check_reference(version.pk)
    assert len(reads) == 1
    services.check_reference(version.pk)
    assert len(reads) == 2


def test_a_worker_that_was_lost_is_replaced_and_marks_nothing_any_more(
    version: DatasetVersion, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch = fetch_reference
    monkeypatch.setattr(referring, "TOLD_EVERY", timedelta(0))

    def slept(reference: Any, place: Path, tell: Any, **named: Any) -> dict[str, Any]:
        DatasetVersion.objects.update(claimed_at=timezone.now() - timedelta(minutes=5))
        monkeypatch.setattr(referring, "fetch_reference", fetch)
        services.check_reference(version.pk)
        (folder / "bearings.csv").write_bytes(b"other")
        return fetch(reference, place, tell, **named)

    monkeypatch.setattr(referring, "fetch_reference", slept)
    services.check_reference(version.pk)
    version.refresh_from_db()
    assert version.reference is not None
    assert (version.reference["reachable"], version.reference["changed"]) == (True, False)
