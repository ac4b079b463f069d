"""Bytes as they lie in storage, behind Django's storage alias `blobs`: a folder or S3. Knows nothing of keys."""

import os
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, storages

from chainhub.repositories.damage import DamagedBlobError

PIECE = 2**20
LEFT_BEHIND = 86_400.0  # seconds after which a file without its final name belongs to nobody


def blob_storage() -> Storage:
    """The storage of blobs as set now."""
    return storages["blobs"]


def folder_path(name: str) -> Path | None:
    """Where the file lies on this machine; None where the storage is no folder."""
    storage = blob_storage()
    return Path(storage.path(name)) if isinstance(storage, FileSystemStorage) else None


def is_stored(name: str, size: int) -> bool:
    """Whether the file is there, in full length."""
    storage = blob_storage()
    try:
        return storage.exists(name) and storage.size(name) == size
    except FileNotFoundError:  # removed in between
        return False


def put(source: Path, name: str, *, may_share: bool) -> None:
    """Store a file under its final name, which appears with the whole file or not at all.

    With `may_share` nobody changes the source any more: where it lies on the storage's own disk, the two become one.
    """
    target = folder_path(name)
    if target is not None:
        _put_in_folder(source, target, may_share=may_share)
        return
    storage, size = blob_storage(), source.stat().st_size
    with source.open("rb") as file:
        storage.save(name, File(file))
    if storage.size(name) != size:
        storage.delete(name)
        raise DamagedBlobError


def remove(name: str) -> None:
    """Take a file away, if it is there."""
    blob_storage().delete(name)


def pieces(name: str, start: int, end: int, *, piece: int = PIECE) -> Iterator[bytes]:
    """Bytes `start` to `end` (exclusive); from S3 no more than that is fetched. Raises `FileNotFoundError`."""
    if start >= end:
        return iter(())
    path = folder_path(name)
    return _pieces_of(path, start, end, piece) if path is not None else _ranged_get(name, start, end, piece)


def names_in(folder: str) -> Iterator[str]:
    """Every file below a folder of the storage."""
    storage = blob_storage()
    with suppress(FileNotFoundError, NotADirectoryError):
        folders, files = storage.listdir(folder)
        yield from (f"{folder}/{name}" for name in files if name)
        for inner in folders:
            yield from names_in(f"{folder}/{inner}")


def everything() -> Iterator[tuple[str, float]]:
    """Every file of the storage, and when it was last written, in seconds; a bucket is listed by the thousand."""
    root = folder_path(".")
    if root is None:
        storage: Any = blob_storage()
        prefix = f"{storage.location.strip('/')}/".lstrip("/")
        for entry in storage.bucket.objects.filter(Prefix=prefix):
            yield entry.key.removeprefix(prefix), entry.last_modified.timestamp()
        return
    for folder, _folders, files in os.walk(root):
        for name in files:
            path = Path(folder) / name
            with suppress(FileNotFoundError):
                yield path.relative_to(root).as_posix(), path.stat().st_mtime


def incoming_place() -> Path:
    """A place for a file that will be renamed into the storage, on its file system where it has one."""
    folder = folder_path("incoming") or scratch_folder()
    folder.mkdir(parents=True, exist_ok=True)
    return folder / uuid.uuid4().hex


def sweep_incoming() -> None:
    """Remove what a process that was killed left in the storage's own incoming folder."""
    folder = folder_path("incoming")
    if folder is None or not folder.is_dir():
        return
    for path in folder.iterdir():
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < time.time() - LEFT_BEHIND:
                path.unlink()


def scratch_folder() -> Path:
    """Where this machine keeps files that are not finished; emptied of old ones by a sweep."""
    folder = Path(settings.UPLOADS) / "scratch"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def flush(path: Path) -> None:
    """Make sure that a file's bytes, or a folder's names, outlive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _put_in_folder(source: Path, target: Path, *, may_share: bool) -> None:
    """A second name for the same file where both lie on one file system; else a copy beside the target, renamed."""
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
    try:
        if not (may_share and _linked(source, unfinished)):
            shutil.copyfile(source, unfinished)
        flush(unfinished)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    flush(target.parent)


def _linked(source: Path, target: Path) -> bool:
    try:
        target.hardlink_to(source)
    except OSError:
        return False
    return True


def _pieces_of(path: Path, start: int, end: int, piece: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        while start < end and (found := file.read(min(piece, end - start))):
            start += len(found)
            yield found


def _ranged_get(name: str, start: int, end: int, piece: int) -> Iterator[bytes]:
    storage: Any = blob_storage()
    key = "/".join(part for part in (storage.location.strip("/"), name) if part)
    asked = {"Bucket": storage.bucket_name, "Key": key, "Range": f"bytes={start}-{end - 1}"}
    client = storage.connection.meta.client
    try:
        answer = client.get_object(**asked)
    except client.exceptions.ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] in {404, 416}:  # gone, or shorter than it should be
            raise FileNotFoundError(name) from error
        raise
    with closing(answer["Body"]) as body:  # its own `with` would give the bare connection
        yield from body.iter_chunks(piece)
