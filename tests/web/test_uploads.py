"""tus 1.0 at /uploads/, as browsers and programs speak it."""

import base64
import hashlib
import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from chainhub.accounts.models import User
from chainhub.core.errors import DomainError
from chainhub.repositories import incoming, uploads
from chainhub.repositories.models import Blob, Upload
from chainhub.repositories.storage import open_blob

TUS = {"Tus-Resumable": "1.0.0"}
BODY = "application/offset+octet-stream"
DATA = bytes(range(256)) * 40


class Tus:
    """A client that follows the protocol by hand."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def begin(self, size: int, name: str = "data.csv", body: bytes = b"", **headers: str) -> Any:
        told = {**TUS, "Upload-Length": str(size), "Upload-Metadata": f"filename {encoded(name)}", **headers}
        return self.client.post("/uploads/", body, content_type=BODY if body else "application/json", headers=told)

    def send(self, where: str, data: bytes, offset: int, **headers: str) -> Any:
        told = {**TUS, "Upload-Offset": str(offset), **headers}
        return self.client.patch(where, data, content_type=headers.pop("Content-Type", BODY), headers=told)

    def stands(self, where: str) -> int:
        return int(self.client.head(where, headers=TUS)["Upload-Offset"])


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def checksum(data: bytes, algorithm: str = "sha1") -> str:
    return f"{algorithm} {base64.b64encode(hashlib.new(algorithm, data).digest()).decode()}"


@pytest.fixture
def tus(alice: User, browse: Callable[[User], Client]) -> Tus:
    return Tus(browse(alice))


@pytest.fixture
def begun(tus: Tus) -> str:
    return str(tus.begin(len(DATA))["Location"])


def test_what_is_spoken_here_is_told_to_anybody() -> None:
    answer = Client().options("/uploads/")
    assert answer.status_code == 204
    assert answer["Tus-Extension"] == "creation,creation-with-upload,checksum,termination,expiration"
    assert int(answer["Tus-Max-Size"]) > 2**30


def test_a_file_comes_in_parts_and_is_stored_by_its_hash(tus: Tus, begun: str) -> None:
    assert tus.stands(begun) == 0
    assert tus.send(begun, DATA[:4000], 0)["Upload-Offset"] == "4000"
    assert tus.stands(begun) == 4000
    assert tus.send(begun, DATA[4000:], 4000).status_code == 204
    one = Upload.objects.get()
    assert one.blob is not None
    assert one.blob.sha256 == hashlib.sha256(DATA).hexdigest()
    assert open_blob(one.blob).read() == DATA
    assert not any(path.is_file() for path in uploads.incoming_of(one).path.parent.iterdir())
    assert tus.stands(begun) == len(DATA)
    assert tus.client.get(begun).json()["sha256"] == one.blob.sha256


def test_creation_can_bring_the_first_bytes(tus: Tus) -> None:
    answer = tus.begin(len(DATA), "数据.csv", DATA)
    assert (answer.status_code, answer["Upload-Offset"]) == (201, str(len(DATA)))
    assert Upload.objects.get().filename == "数据.csv"
    assert "Upload-Expires" in answer


def test_an_empty_file_is_complete_at_once(tus: Tus) -> None:
    tus.begin(0)
    assert Upload.objects.get().blob is not None


def test_another_place_than_the_end_is_a_conflict(tus: Tus, begun: str) -> None:
    tus.send(begun, DATA[:100], 0)
    assert tus.send(begun, DATA[50:], 50).status_code == 409
    assert tus.send(begun, DATA[200:], 200).status_code == 409
    assert tus.stands(begun) == 100


def test_bytes_with_a_wrong_checksum_are_taken_back(tus: Tus, begun: str) -> None:
    tus.send(begun, DATA[:100], 0)
    answer = tus.send(begun, DATA[100:200], 100, **{"Upload-Checksum": checksum(b"other")})
    assert answer.status_code == 460
    assert tus.stands(begun) == 100
    for algorithm in ("sha1", "sha256"):
        start = tus.stands(begun)
        right = {"Upload-Checksum": checksum(DATA[start : start + 100], algorithm)}
        assert tus.send(begun, DATA[start : start + 100], start, **right).status_code == 204
    assert tus.send(begun, DATA[300:], 300, **{"Upload-Checksum": "md5 AAAA"}).status_code == 400


def test_bytes_of_a_killed_server_that_nobody_checked_do_not_count(tus: Tus, begun: str) -> None:
    tus.send(begun, DATA[:100], 0)
    place = uploads.incoming_of(Upload.objects.get())
    place.safe_path.write_text("100")
    with place.path.open("ab") as file:
        file.write(b"unchecked")
    assert tus.stands(begun) == 100
    assert tus.send(begun, DATA[100:], 100).status_code == 204
    assert Upload.objects.get().blob == Blob.objects.get(sha256=hashlib.sha256(DATA).hexdigest())


def test_a_server_killed_before_storing_leaves_that_to_the_next_question(tus: Tus, begun: str) -> None:
    uploads.incoming_of(Upload.objects.get()).path.write_bytes(DATA)
    assert tus.stands(begun) == len(DATA)
    assert Upload.objects.get().blob is not None


def test_one_writer_at_a_time_and_a_silent_one_is_replaced(tus: Tus, begun: str) -> None:
    place = uploads.incoming_of(Upload.objects.get())
    with place.writing(provisional=False) as writer:
        writer.write(DATA[:100])
        assert tus.send(begun, DATA[100:], 100).status_code == 423
        long_ago = time.time() - incoming.STALLED - 1
        os.utime(place.path, (long_ago, long_ago))
        os.utime(place.lock_path, (long_ago, long_ago))
        assert tus.send(begun, DATA[100:300], 100).status_code == 204
        with pytest.raises(DomainError):
            writer.write(b"too late")
    assert tus.stands(begun) == 300


def test_programs_use_a_token_that_may_write(alice: User, token_for: Callable[..., str]) -> None:
    writing = Tus(Client(headers={"Authorization": f"Bearer {token_for(alice, 'write')}"}, enforce_csrf_checks=True))
    assert writing.begin(3, body=b"abc").status_code == 201
    reading = Tus(Client(headers={"Authorization": f"Bearer {token_for(alice, 'read')}"}))
    assert reading.begin(3).status_code == 403
    assert Tus(Client(headers={"Authorization": "Bearer chh_nonsense"})).begin(3).status_code == 401
    assert Tus(Client()).begin(3).status_code == 401


def test_a_foreign_page_cannot_use_the_session(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert Tus(client).begin(3).status_code == 403
    client.cookies["csrftoken"] = "a" * 32
    assert Tus(client).begin(3, **{"X-CSRFToken": "a" * 32}).status_code == 201


def test_others_uploads_are_not_there(begun: str, bob: User, browse: Callable[[User], Client]) -> None:
    stranger = Tus(browse(bob))
    assert stranger.client.head(begun, headers=TUS).status_code == 404
    assert stranger.send(begun, DATA, 0).status_code == 404
    assert stranger.client.delete(begun, headers=TUS).status_code == 404
    assert stranger.client.get(begun).status_code == 404


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Tus-Resumable": "0.2.2"}, 412),
        ({"Upload-Length": "-1"}, 422),
        ({"Upload-Length": "many"}, 422),
        ({"Upload-Length": str(2**60)}, 413),
        ({"Upload-Metadata": "filename !!"}, 400),
    ],
)
def test_nonsense_is_refused_with_a_sentence(tus: Tus, headers: dict[str, str], status: int) -> None:
    answer = tus.begin(3, **headers)
    assert answer.status_code == status
    assert answer.content.decode().endswith(".")
    assert answer["Tus-Resumable"] == "1.0.0"
    assert not Upload.objects.exists()


def test_bodies_of_another_type_or_length_are_refused(tus: Tus, begun: str) -> None:
    answer = tus.client.patch(begun, b"x", content_type="text/csv", headers={**TUS, "Upload-Offset": "0"})
    assert answer.status_code == 415
    assert tus.send(begun, DATA + b"more", 0).status_code == 413
    assert tus.stands(begun) == 0


def test_giving_up_removes_what_arrived(tus: Tus, begun: str) -> None:
    tus.send(begun, DATA[:100], 0)
    path = uploads.incoming_of(Upload.objects.get()).path
    assert tus.client.delete(begun, headers=TUS).status_code == 204
    assert not path.exists()
    assert tus.client.head(begun, headers=TUS).status_code == 404


def test_a_network_that_lets_only_posts_through(tus: Tus, begun: str) -> None:
    told = {**TUS, "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}
    assert tus.client.post(begun, DATA, content_type=BODY, headers=told).status_code == 204


def test_what_nobody_came_back_for_is_forgotten(tus: Tus, begun: str, tmp_path: Path) -> None:
    tus.send(begun, DATA[:100], 0)
    Upload.objects.update(expires_at=timezone.now() - timedelta(hours=1))
    assert tus.client.head(begun, headers=TUS).status_code == 404
    orphan = uploads.incoming_of(Upload.objects.get()).path.with_name("0" * 32)
    orphan.write_bytes(b"x")
    os.utime(orphan, (0, 0))
    assert uploads.expire_uploads() == 1
    assert not Upload.objects.exists()
    assert not orphan.exists()


def test_a_lost_file_is_gone_for_good(tus: Tus, begun: str) -> None:
    uploads.incoming_of(Upload.objects.get()).path.unlink()
    assert tus.client.head(begun, headers=TUS).status_code == 410
