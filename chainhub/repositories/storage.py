"""Where blobs lie: behind Django's storage alias `blobs`, each under its SHA-256.

A file gets its final name only when it is whole, verified and on disk; a row `Blob` exists only for such a file.
"""

import hashlib
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, storages

from chainhub.organizations.models import Organization
from chainhub.repositories.models import Blob

PIECE = 2**20


class DamagedBlobError(Exception):
    """What lies in storage is not what its name says."""


def blob_storage() -> Storage:
    """The storage of blobs as set now."""
    return storages["blobs"]


def hash_file(path: Path) -> tuple[str, int]:
    """SHA-256 and size, read in pieces."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        return digest.hexdigest(), file.tell()


def blob_exists(blob: Blob) -> bool:
    """Whether the bytes are there, in full length."""
    return _is_stored(blob.storage_name, blob.size)


def store_bytes(data: bytes, *, owner: Organization | None = None) -> Blob:
    """Store a small file out of memory, among its owner's."""
    digest = hashlib.sha256(data).hexdigest()
    blob = Blob(sha256=digest, size=len(data), owner=owner)
    if not _is_stored(blob.storage_name, blob.size):
        place = _incoming()
        try:
            place.write_bytes(data)
            _put(place, blob, may_share=True)
        finally:
            place.unlink(missing_ok=True)
    return _row(blob)


def store_file(path: Path, *, move: bool = False, owner: Organization | None = None) -> Blob:
    """Store a file among its owner's, equal bytes once. With `move` the file at `path` is gone afterwards."""
    if not move:
        digest, size = hash_file(path)
        return _stored(path, Blob(sha256=digest, size=size, owner=owner), may_share=False)
    blob = adopt_file(path, owner=owner)
    path.unlink(missing_ok=True)
    return blob


def adopt_file(path: Path, *, known_hash: str = "", owner: Organization | None = None) -> Blob:
    """Store a file that nobody will change any more and that the caller removes: no byte is copied where that can be.

    `known_hash` spares a reading where the caller hashed the very bytes as it wrote them.
    """
    digest, size = (known_hash, path.stat().st_size) if known_hash else hash_file(path)
    return _stored(path, Blob(sha256=digest, size=size, owner=owner), may_share=True)


def _stored(path: Path, blob: Blob, *, may_share: bool) -> Blob:
    if not _is_stored(blob.storage_name, blob.size):
        _put(path, blob, may_share=may_share)
    return _row(blob)


@contextmanager
def local_file(blob: Blob) -> Iterator[Path]:
    """A path to read the bytes from: the stored file itself where it lies in a folder, else a copy for the while."""
    storage = blob_storage()
    if isinstance(storage, FileSystemStorage):
        yield Path(storage.path(blob.storage_name))
        return
    copy = fetch_blob(blob, scratch_folder() / uuid.uuid4().hex)
    try:
        yield copy
    finally:
        copy.unlink(missing_ok=True)


def open_blob(blob: Blob) -> BinaryIO:
    """The bytes, seekable. From S3 they are fetched whole into a temporary file."""
    return cast("BinaryIO", blob_storage().open(blob.storage_name, "rb"))


def read_range(blob: Blob, start: int, end: int) -> Iterator[bytes]:
    """Bytes `start` to `end` (exclusive) in pieces; from S3 no more than that is fetched."""
    storage = blob_storage()
    if isinstance(storage, FileSystemStorage):
        yield from _pieces_of(Path(storage.path(blob.storage_name)), start, end)
    elif end > start:
        yield from _ranged_get(storage, blob, f"bytes={start}-{end - 1}")


def fetch_blob(blob: Blob, path: Path) -> Path:
    """A verified copy at `path`, which appears whole or not at all. Raises `DamagedBlobError`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    digest = hashlib.sha256()
    try:
        with unfinished.open("wb") as copy:
            for piece in read_range(blob, 0, blob.size):
                digest.update(piece)
                copy.write(piece)
        if digest.hexdigest() != blob.sha256:
            raise DamagedBlobError(f"Blob {blob.sha256} reads as {digest.hexdigest()}.")
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path


def _row(blob: Blob) -> Blob:
    named = {"sha256": blob.sha256, "owner": blob.owner, "lost": False}
    return Blob.objects.get_or_create(**named, defaults={"size": blob.size})[0]


def _is_stored(name: str, size: int) -> bool:
    storage = blob_storage()
    return storage.exists(name) and storage.size(name) == size


def _put(path: Path, blob: Blob, *, may_share: bool) -> None:
    storage = blob_storage()
    if isinstance(storage, FileSystemStorage):
        _put_in_folder(path, Path(storage.path(blob.storage_name)), may_share=may_share)
        return
    with path.open("rb") as file:
        storage.save(blob.storage_name, File(file))
    if storage.size(blob.storage_name) != blob.size:
        storage.delete(blob.storage_name)
        raise DamagedBlobError(f"The storage kept a different length of {blob.sha256}.")


def _put_in_folder(source: Path, target: Path, *, may_share: bool) -> None:
    """A second name for the same file where both lie on one file system; else a copy beside the target, renamed."""
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
    try:
        if not (may_share and _linked(source, unfinished)):
            shutil.copyfile(source, unfinished)
        _flush(unfinished)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    _flush(target.parent)


def _linked(source: Path, target: Path) -> bool:
    try:
        target.hardlink_to(source)
    except OSError:
        return False
    return True


def _flush(path: Path) -> None:
    """Make sure that a file's bytes, or a folder's names, outlive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _incoming() -> Path:
    """A place for a file that will be renamed into the storage, on its file system where it has one."""
    storage = blob_storage()
    folder = Path(storage.path("incoming")) if isinstance(storage, FileSystemStorage) else scratch_folder()
    folder.mkdir(parents=True, exist_ok=True)
    return folder / uuid.uuid4().hex


def scratch_folder() -> Path:
    """Where this machine keeps files that are not finished; emptied of old ones by a sweep."""
    folder = Path(settings.UPLOADS) / "scratch"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _pieces_of(path: Path, start: int, end: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        while start < end and (piece := file.read(min(PIECE, end - start))):
            start += len(piece)
            yield piece


def _ranged_get(storage: Any, blob: Blob, header: str) -> Iterator[bytes]:
    key = "/".join(part for part in (storage.location.strip("/"), blob.storage_name) if part)
    answer = storage.connection.meta.client.get_object(Bucket=storage.bucket_name, Key=key, Range=header)
    with closing(answer["Body"]) as body:  # its own `with` would give the bare connection
        yield from body.iter_chunks(PIECE)
