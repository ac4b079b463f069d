"""The doors to the bytes of blobs: stored under their SHA-256 and their owner's key, read as they were given.

A file gets its final name only when it is whole, verified and on disk; a row `Blob` exists only for such a file.
Equal bytes are stored once for each owner, and never looked for among another's.
"""

import hashlib
import io
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, cast

from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from chainhub.organizations.models import Organization
from chainhub.repositories import raw
from chainhub.repositories.copies import create_private, make_private_folder, private_copy
from chainhub.repositories.damage import DamagedBlobError, LostBlobError
from chainhub.repositories.keyring import Secrets, key_for, secret_of
from chainhub.repositories.models import Blob
from chainhub.repositories.raw import PIECE, blob_storage, scratch_folder
from chainhub.repositories.reading import AHEAD, BlobFile, Reader
from chainhub.repositories.sealed import Seal, Sealer, stored_size, write_sealed

__all__ = ["PIECE", "DamagedBlobError", "LostBlobError", "Secrets", "blob_storage", "scratch_folder"]

Source = Path | BinaryIO
FRESH = timedelta(hours=1)  # so long it need not be written again that bytes were given: the sweep waits for a day


def hash_file(path: Path) -> tuple[str, int]:
    """SHA-256 and size, read in pieces."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        return digest.hexdigest(), file.tell()


def blob_exists(blob: Blob) -> bool:
    """Whether the bytes are there, in full length."""
    return raw.is_stored(blob.storage_name, stored_size(blob.size) if blob.key_id else blob.size)


def store_bytes(data: bytes, *, owner: Organization | None = None) -> Blob:
    """Store a small file out of memory, among its owner's."""
    return _stored(hashlib.sha256(data).hexdigest(), len(data), owner, io.BytesIO(data))


def store_file(path: Path, *, move: bool = False, owner: Organization | None = None) -> Blob:
    """Store a file among its owner's, equal bytes once. With `move` the file at `path` is gone afterwards."""
    if not move:
        return _stored(*hash_file(path), owner, path)
    blob = adopt_file(path, owner=owner)
    path.unlink(missing_ok=True)
    return blob


def adopt_file(path: Path, *, known_hash: str = "", owner: Organization | None = None) -> Blob:
    """Store a file that nobody will change any more and that the caller removes.

    Where it is not encrypted and can be, no byte is copied. `known_hash` spares a reading where the caller hashed the
    very bytes as it wrote them.
    """
    digest, size = (known_hash, path.stat().st_size) if known_hash else hash_file(path)
    return _stored(digest, size, owner, path, may_share=True)


def hand_over(blob: Blob, owner: Organization) -> Blob:
    """The same bytes among those of `owner`, under its key; the blob itself where it is the owner's already."""
    if blob.owner_id == owner.pk:
        return blob
    with open_blob(blob) as source:
        return _stored(blob.sha256, blob.size, owner, source)


def drop_blob(blob: Blob, *, unless_given_since: datetime | None = None) -> bool:
    """Give back the space of a blob that nothing names any more; whether that was so.

    Outside of any transaction that may still be rolled back: the file would not come back with it. Whoever stores the
    same bytes meanwhile makes its row after this, since that needs the owner's, held here; then it looks whether its
    file is still there (see `_stored`).
    """
    with suppress(ProtectedError, IntegrityError), transaction.atomic():
        if blob.owner_id:
            Organization.objects.select_for_update().get(pk=blob.owner_id)
        found = Blob.objects.select_for_update(of=("self",)).filter(pk=blob.pk)
        if unless_given_since:
            found = found.filter(given_at__lt=unless_given_since)
        held = found.first()  # it may lie under another key by now
        if held is None:
            return False
        name = held.storage_name
        held.delete()
        if connection.vendor == "postgresql":
            connection.check_constraints()  # now rather than at the end: the file must not go before that is sure
        if not _is_named(name, held):
            raw.remove(name)
        return True
    return False


def _is_named(name: str, gone: Blob) -> bool:
    """Whether another row has its bytes there: a lost blob that lay plain may have been stored again."""
    return any(one.storage_name == name for one in Blob.objects.filter(owner=gone.owner_id, sha256=gone.sha256))


@contextmanager
def local_file(blob: Blob) -> Iterator[Path]:
    """A path to read the bytes from: the stored file where it lies plain in a folder, else a private copy meanwhile."""
    path = raw.folder_path(blob.storage_name)
    if path is not None and blob.key_id is None and path.exists():
        yield path
        return
    with private_copy(lambda place: fetch_blob(blob, place)) as copy:
        yield copy


def open_blob(blob: Blob) -> BinaryIO:
    """The bytes as a file to seek in; no more is fetched than is read. Raises `DamagedBlobError`."""
    if blob.lost:
        raise LostBlobError
    path = raw.folder_path(blob.storage_name)
    if path is not None and blob.key_id is None:
        with suppress(FileNotFoundError):
            return path.open("rb")
    return cast("BinaryIO", io.BufferedReader(BlobFile(blob), AHEAD))


def read_range(blob: Blob, start: int, end: int, *, secrets: Secrets | None = None) -> Iterator[bytes]:
    """Bytes `start` to `end` (exclusive) in pieces; no more is fetched and decrypted than holds them.

    Raises `DamagedBlobError` before it would give a wrong byte. An answer of many blobs gives one `secrets` for all.
    """
    return Reader(blob, secrets).pieces(start, end)


def fetch_blob(blob: Blob, path: Path) -> Path:
    """A verified private copy at `path`, which appears whole or not at all. Raises `DamagedBlobError`."""
    make_private_folder(path.parent)
    unfinished = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    digest = hashlib.sha256()
    try:
        with create_private(unfinished) as copy:
            for piece in read_range(blob, 0, blob.size):
                digest.update(piece)
                copy.write(piece)
        if digest.hexdigest() != blob.sha256:
            raise DamagedBlobError
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path


def write_blob(blob: Blob, source: Source, *, may_share: bool = False) -> None:
    """Put the bytes where the row says, under its key."""
    if blob.key_id is None and isinstance(source, Path):
        raw.put(source, blob.storage_name, may_share=may_share)
        return
    place = raw.incoming_place()
    try:
        with create_private(place) as target, _opened(source) as plain:
            if blob.key_id is None:
                shutil.copyfileobj(plain, target, PIECE)
            else:
                seal = Seal.new(blob.key_id, blob.size)
                write_sealed(plain, target, Sealer(seal, secret=secret_of(blob.key_id), sha256=blob.sha256))
        raw.put(place, blob.storage_name, may_share=True)
    finally:
        place.unlink(missing_ok=True)


def _stored(digest: str, size: int, owner: Organization | None, source: Source, *, may_share: bool = False) -> Blob:
    found = _found(digest, owner)
    if found is not None and blob_exists(found):
        return found
    blob = found or Blob(sha256=digest, size=size, owner=owner, key=key_for(owner))
    write_blob(blob, source, may_share=may_share)
    if found:
        return found
    made = _row(blob)
    if not blob_exists(made):
        # Another process gave equal bytes of the same owner up while these were written.
        if not isinstance(source, Path):
            source.seek(0)
        write_blob(made, source, may_share=may_share)
    return made


def _found(digest: str, owner: Organization | None) -> Blob | None:
    """The owner's blob of these bytes, if it can still be read."""
    found = Blob.objects.filter(sha256=digest, owner=owner, lost=False).select_related("key").first()
    if found and found.key and found.key.destroyed_at:
        # Its key was destroyed while it was being stored.
        Blob.objects.filter(pk=found.pk).update(lost=True)
        return None
    now = timezone.now()
    if found and found.given_at < now - FRESH and not Blob.objects.filter(pk=found.pk).update(given_at=now):
        return None  # swept at this very moment
    return found


def _row(blob: Blob) -> Blob:
    try:
        with transaction.atomic():
            blob.save(force_insert=True)
    except IntegrityError:
        # Another process stored the same bytes at the same time.
        return Blob.objects.get(sha256=blob.sha256, owner=blob.owner, lost=False)
    return blob


@contextmanager
def _opened(source: Source) -> Iterator[BinaryIO]:
    if isinstance(source, Path):
        with source.open("rb") as file:
            yield file
    else:
        yield source
