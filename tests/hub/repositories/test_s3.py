"""The same blobs behind S3: stored, read in parts, verified, served."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from django.test import RequestFactory
from moto.server import ThreadedMotoServer

from chainhub.accounts.models import User
from chainhub.core.env import storage_from
from chainhub.organizations.models import Organization
from chainhub.repositories import raw, storage, sweeping, tasks
from chainhub.repositories.models import Blob
from chainhub.repositories.rotation import rotate_key
from chainhub.repositories.sealed import CHUNK_BITS, HEAD, TAG
from chainhub.repositories.serving import answer_blob
from chainhub.repositories.shredding import destroy_key
from tests.factories.datasets import uploaded

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"{host}:{port}"
    running.stop()


@pytest.fixture(autouse=True)
def bucket(server: str, settings: Any, tmp_path: Path) -> Any:
    """The hub keeps its blobs in `some/where` of it."""
    client = boto3.client(
        "s3", endpoint_url=f"http://{server}", aws_access_key_id="k", aws_secret_access_key="s", region_name="us-east-1"
    )
    client.create_bucket(Bucket="blobs")
    settings.STORAGES = {**settings.STORAGES, "blobs": storage_from(f"s3://k:s@{server}/blobs/some/where?tls=0")}
    settings.UPLOADS = tmp_path
    return boto3.resource(
        "s3", endpoint_url=f"http://{server}", aws_access_key_id="k", aws_secret_access_key="s", region_name="us-east-1"
    ).Bucket("blobs")


def test_blobs_lie_in_a_bucket(tmp_path: Path) -> None:
    blob = storage.store_bytes(b"0123456789" * 1000)
    assert storage.blob_exists(blob)
    assert storage.store_bytes(b"0123456789" * 1000) == blob
    assert storage.open_blob(blob).read(4) == b"0123"
    assert b"".join(storage.read_range(blob, 5, 12)) == b"5678901"
    assert b"".join(storage.read_range(blob, 5, 5)) == b""
    assert storage.fetch_blob(blob, tmp_path / "copy").read_bytes() == b"0123456789" * 1000
    with storage.local_file(blob) as path:
        assert path.stat().st_size == 10_000
    assert not path.exists()


def test_encrypted_blobs_in_a_bucket_are_read_by_their_chunks(
    anvil: Organization, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = b"melt at 1538 degrees; " * 30_000
    blob = storage.store_bytes(data, owner=anvil)
    assert blob.key is not None
    assert storage.blob_exists(blob)
    lying = storage.blob_storage().open(blob.storage_name).read()
    assert b"melt" not in lying
    fetched: list[int] = []
    plain_get = raw.pieces

    def counting(name: str, start: int, end: int, *, piece: int = raw.PIECE) -> Iterator[bytes]:
        fetched.append(end - start)
        return plain_get(name, start, end, piece=piece)

    monkeypatch.setattr(raw, "pieces", counting)
    chunk = 2**CHUNK_BITS
    assert b"".join(storage.read_range(blob, chunk - 3, chunk + 3)) == data[chunk - 3 : chunk + 3]
    assert sum(fetched) == HEAD + 2 * (chunk + TAG)
    fetched.clear()
    with storage.open_blob(blob) as file:
        file.seek(-20, 2)
        assert file.read() == data[-20:]
    assert sum(fetched) < HEAD + chunk, "the last chunk alone"
    assert storage.fetch_blob(blob, tmp_path / "copy").read_bytes() == data
    with storage.local_file(blob) as path:
        assert path.read_bytes() == data
    assert not path.exists()


def test_keys_are_renewed_and_destroyed_in_a_bucket(anvil: Organization, alice: User) -> None:
    others = set(raw.names_in(f"organizations/{anvil.pk}"))
    blob = storage.store_bytes(b"iron" * 100_000, owner=anvil)
    begun = storage.open_blob(blob)
    assert begun.read(4) == b"iron"
    rotate_key(anvil, actor=alice)
    tasks.reseal_blobs(anvil.pk)
    assert begun.read() == b"iron" * 99_999, "who reads goes on under the new key"
    assert len(set(raw.names_in(f"organizations/{anvil.pk}")) - others) == 1
    destroy_key(anvil, actor=alice, confirmation=anvil.name)
    tasks.remove_lost(anvil.pk)
    assert set(raw.names_in(f"organizations/{anvil.pk}")) == others
    with pytest.raises(storage.LostBlobError):
        storage.open_blob(blob).read()


def test_a_moved_file_leaves_the_disk(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"moved")
    blob = storage.store_file(tmp_path / "x", move=True)
    assert not (tmp_path / "x").exists()
    assert storage.open_blob(blob).read() == b"moved"


def test_a_changed_object_is_noticed(tmp_path: Path) -> None:
    from django.core.files.base import ContentFile

    blob = storage.store_bytes(b"truth")
    storage.blob_storage().save(blob.storage_name, ContentFile(b"false"))
    with pytest.raises(storage.DamagedBlobError):
        storage.fetch_blob(blob, tmp_path / "copy")


def test_parts_are_served_from_the_bucket(rf: RequestFactory) -> None:
    blob = storage.store_bytes(b"abcdef")
    answer = answer_blob(rf.get("/", headers={"Range": "bytes=-2"}), blob, filename="x.bin")
    assert (answer.status_code, b"".join(answer.streaming_content)) == (206, b"ef")  # type: ignore[attr-defined]


FOREIGN = ("other/notes.txt", "some/wherever/is.mine", f"some/wherever/aa/bb/aabb{'c' * 60}", "readme.txt")
PAGE = 1000  # objects that one listing tells


def test_what_nothing_names_goes_from_a_bucket_too(
    alice: User, anvil: Organization, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hourly sweep: more files than one listing tells of, among files that are not the hub's."""
    bucket.objects.delete()
    named = uploaded(alice, b"age,sick\n1,0\n").blob
    assert named is not None
    orphan = storage.store_bytes(b"nobody's", owner=anvil)
    for key in FOREIGN:
        bucket.put_object(Key=key, Body=b"not ours")
    lost = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(PAGE + 3)]
    names = [f"organizations/{anvil.pk}/{one[:2]}/{one[2:4]}/{one}" for one in lost]
    for name in (*names, f"organizations/{anvil.pk}/.{lost[0]}.{'0' * 32}"):
        bucket.put_object(Key=f"some/where/{name}", Body=b"left behind")
    assert len(list(raw.everything())) == PAGE + 6
    assert (sweeping.sweep_blobs(), sweeping.sweep_files()) == (0, 0), "they are younger than a day"
    monkeypatch.setattr(sweeping, "YOUNG", timedelta(hours=-1))
    assert (sweeping.sweep_blobs(), sweeping.sweep_files()) == (1, PAGE + 4)
    assert {one.key for one in bucket.objects.all()} == {*FOREIGN, f"some/where/{named.storage_name}"}
    assert storage.open_blob(named).read() == b"age,sick\n1,0\n"
    assert not Blob.objects.filter(pk=orphan.pk).exists()
