"""A real tus client whose line breaks at random places, and whose server is killed: what was sent is what is stored."""

import hashlib
import random
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from requests.exceptions import RequestException
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError

from chainhub.accounts.models import User
from chainhub.repositories.models import Blob, Upload
from chainhub.repositories.storage import open_blob
from chainhub.repositories.uploads import expire_uploads, incoming_of, upload_offset
from tests.cutting import CuttingRelay, amounts
from tests.running import RunningHub, hub_environment, running_hub

__all__ = ["hub_environment", "running_hub"]

pytestmark = [pytest.mark.process, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

SIZE = 6 * 2**20
CUTS, KILLS = 20, 5


@pytest.fixture(autouse=True)
def same_folders(settings: Any, tmp_path: Path, hub_environment: dict[str, str]) -> None:
    settings.UPLOADS = Path(hub_environment["CHAINHUB_UPLOADS"])


@pytest.fixture
def relay(running_hub: RunningHub) -> Iterator[CuttingRelay]:
    relay = CuttingRelay(running_hub.port)
    yield relay
    relay.close()


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "table.csv"
    line = "".join(f"{random.Random(3).random():.12f},{number}\n" for number in range(40_000))
    path.write_text(("a,b\n" + line * 8)[:SIZE])
    return path


class Sender:
    """`tuspy` as a program uses it: each try is a client of its own that asks where to go on."""

    def __init__(self, relay: CuttingRelay, token: str, path: Path) -> None:
        self.path = path
        self.client = TusClient(f"http://127.0.0.1:{relay.port}/uploads/", headers={"Authorization": f"Bearer {token}"})
        self.url = self.client.uploader(str(path), chunk_size=2**18, metadata={"filename": path.name}).create_url()

    def go_on(self) -> bool:
        """Whether it came to the end."""
        try:
            uploader = self.client.uploader(str(self.path), chunk_size=2**18, url=self.url)
            uploader.upload()
        except (TusCommunicationError, RequestException):
            return False
        return True

    def go_on_until(self, reached: threading.Event) -> None:
        """Try again, as people's programs do, until that has happened: a server that has just begun may refuse once."""
        deadline = time.monotonic() + 20
        while not self.go_on() and not reached.is_set() and time.monotonic() < deadline:
            time.sleep(0.1)

    def until_done(self) -> None:
        """A line that broke a moment ago may still be held by the server for a little."""
        deadline = time.monotonic() + 20
        while not self.go_on():
            assert time.monotonic() < deadline, "the upload never came to its end"
            time.sleep(0.1)


def assert_stored(path: Path) -> Upload:
    upload = Upload.objects.select_related("blob").get()
    assert upload.blob is not None
    assert upload.blob.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    with open_blob(upload.blob) as stored:
        assert stored.read() == path.read_bytes()
    return upload


def test_a_line_that_breaks_twenty_times(
    running_hub: RunningHub, relay: CuttingRelay, table: Path, alice: User, token_for: Callable[..., str]
) -> None:
    token = token_for(alice, "write")
    sender, before = Sender(relay, token, table), 0
    for amount in amounts(random.Random(11), SIZE, CUTS):
        relay.cut_after(amount)
        while not relay.reached.is_set():
            assert not sender.go_on()
        now = upload_offset(Upload.objects.get())
        assert now >= before, "bytes that had arrived were lost"
        before = now
    sender.until_done()
    upload = assert_stored(table)

    client = Client(headers={"Authorization": f"Bearer {token}"})
    asked = {"organization": "anvil", "name": "Table", "upload": str(upload.pk)}
    answers = [client.post("/api/v1/datasets/", asked, content_type="application/json") for _time in range(2)]
    assert [one.status_code for one in answers] == [201, 409]
    nothing_stays_of_others(relay, token, table, upload)


def nothing_stays_of_others(relay: CuttingRelay, token: str, table: Path, registered: Upload) -> None:
    """Beside the registered one, one is cut and one arrives whole; nobody comes back for them."""
    cut = Sender(relay, token, table)
    relay.cut_after(1_000_000)
    assert not cut.go_on()
    whole = table.with_name("other.csv")
    whole.write_bytes(table.read_bytes()[:-1])
    Sender(relay, token, whole).until_done()
    folder = incoming_of(registered).path.parent
    assert any(folder.iterdir())

    Upload.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert expire_uploads() == 2
    assert Upload.objects.get() == registered
    assert not any(folder.iterdir())
    assert Blob.objects.get() == registered.blob
    assert len([path for path in (folder.parent.parent / "blobs").rglob("*") if path.is_file()]) == 1


def test_a_server_that_is_killed_five_times(
    running_hub: RunningHub, relay: CuttingRelay, table: Path, alice: User, token_for: Callable[..., str]
) -> None:
    sender = Sender(relay, token_for(alice, "write"), table)
    for amount in amounts(random.Random(12), SIZE, KILLS):
        relay.hold_after(amount)
        sending = threading.Thread(target=sender.go_on_until, args=(relay.reached,))
        sending.start()
        assert relay.reached.wait(20)
        running_hub.web.kill()
        relay.release()
        sending.join(20)
        assert not Blob.objects.exists()
        running_hub.start_web()
    sender.until_done()
    assert_stored(table)
