"""A web server that dies in the middle of an upload: what arrived stays, nothing is half registered."""

import hashlib
import http.client
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from tusclient.client import TusClient

from chainhub.accounts.models import User
from chainhub.datasets import services
from chainhub.datasets.models import Dataset, VersionStatus
from chainhub.organizations.models import Organization
from chainhub.repositories.models import Blob, Upload
from chainhub.repositories.storage import open_blob
from chainhub.repositories.uploads import incoming_of, upload_offset
from tests.factories.datasets import inspected
from tests.process.conftest import until
from tests.running import RunningHub, hub_environment, running_hub

__all__ = ["hub_environment", "running_hub"]

pytestmark = [pytest.mark.process, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

ROWS = 1_200_000
HALF = 4 * 2**20


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Some 20 MB of numbers."""
    seeded = random.Random(7)
    path = tmp_path / "table.csv"
    block = "".join(
        f"{seeded.random():.6f},{seeded.randint(0, 99)},{seeded.randint(0, 1)}\n" for _ in range(ROWS // 20)
    )
    path.write_text("a,b,target\n" + block * 20)
    return path


@pytest.fixture(autouse=True)
def same_folders(settings: Any, tmp_path: Path, hub_environment: dict[str, str]) -> None:
    settings.UPLOADS = Path(hub_environment["CHAINHUB_UPLOADS"])
    settings.STORAGES = {
        **settings.STORAGES,
        "blobs": {
            "BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path / "blobs")},
        },
    }  # fmt: skip


def send_half(hub: RunningHub, token: str, where: str, data: bytes, size: int) -> http.client.HTTPConnection:
    """Say that all of it comes, send a part, and keep the line open."""
    address = urlsplit(hub.url("/"))
    line = http.client.HTTPConnection(address.hostname or "", address.port)
    line.putrequest("PATCH", where)
    for name, value in {
        "Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream",
        "Content-Length": str(size), "Authorization": f"Bearer {token}",
    }.items():  # fmt: skip
        line.putheader(name, value)
    line.endheaders()
    line.send(data)
    return line


def test_web_killed_in_the_middle_of_an_upload(
    running_hub: RunningHub, table: Path, alice: User, anvil: Organization, token_for: Callable[..., str]
) -> None:
    token, data = token_for(alice, "write"), table.read_bytes()
    client = TusClient(running_hub.url("/uploads/"), headers={"Authorization": f"Bearer {token}"})
    uploader = client.uploader(str(table), chunk_size=2**20, metadata={"filename": "table.csv"})
    url = uploader.create_url()
    line = send_half(running_hub, token, urlsplit(url).path, data[:HALF], len(data))
    upload = Upload.objects.get()
    until(lambda: incoming_of(upload).path.stat().st_size >= HALF, what="half of the file on disk")

    running_hub.web.kill()
    line.close()
    assert not Blob.objects.exists()
    assert not Dataset.objects.exists()
    assert upload_offset(upload) == HALF
    assert incoming_of(upload).path.read_bytes() == data[:HALF]

    running_hub.start_web()
    again = client.uploader(str(table), chunk_size=3 * 2**20, url=url)
    again.offset = again.get_offset()
    assert again.offset == HALF
    again.upload()
    upload.refresh_from_db()
    assert upload.blob is not None
    assert upload.blob.sha256 == hashlib.sha256(data).hexdigest()
    with open_blob(upload.blob) as stored:
        assert stored.read() == data
    assert not list(incoming_of(upload).path.parent.glob(f"{upload.pk}*"))

    dataset = services.register_dataset(actor=alice, organization=anvil, name="Table", upload=upload)
    assert inspected(dataset.versions.get()).status == VersionStatus.READY
    assert dataset.versions.get().rows == ROWS


def test_a_silent_client_keeps_no_one_out(
    running_hub: RunningHub, table: Path, alice: User, token_for: Callable[..., str]
) -> None:
    """A laptop that fell asleep and woke up in another network resumes while its old line still seems open."""
    token, data = token_for(alice, "write"), table.read_bytes()
    client = TusClient(running_hub.url("/uploads/"), headers={"Authorization": f"Bearer {token}"})
    url = client.uploader(str(table), chunk_size=2**20).create_url()
    line = send_half(running_hub, token, urlsplit(url).path, data[:HALF], len(data))
    upload = Upload.objects.get()
    until(lambda: upload_offset(upload) >= HALF, what="half of the file on disk")
    again = client.uploader(str(table), chunk_size=8 * 2**20, url=url, retries=8, retry_delay=1)
    again.offset = again.get_offset()
    again.upload()
    line.close()
    upload.refresh_from_db()
    assert upload.blob is not None
    assert upload.blob.sha256 == hashlib.sha256(data).hexdigest()
