"""The same blobs behind S3: stored, read in parts, verified, served."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from django.test import RequestFactory
from moto.server import ThreadedMotoServer

from chainhub.core.env import storage_from
from chainhub.repositories import storage
from chainhub.repositories.serving import answer_blob

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"{host}:{port}"
    running.stop()


@pytest.fixture(autouse=True)
def in_s3(server: str, settings: Any, tmp_path: Path) -> None:
    client = boto3.client(
        "s3", endpoint_url=f"http://{server}", aws_access_key_id="k", aws_secret_access_key="s", region_name="us-east-1"
    )
    client.create_bucket(Bucket="blobs")
    settings.STORAGES = {**settings.STORAGES, "blobs": storage_from(f"s3://k:s@{server}/blobs/some/where?tls=0")}
    settings.UPLOADS = tmp_path


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
