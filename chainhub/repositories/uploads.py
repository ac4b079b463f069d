"""Bytes on their way in: they go straight to disk, and how many arrived is what the disk says.

One file per upload under `settings.UPLOADS`. A process killed in the middle leaves a shorter file and nothing else;
the next request goes on where the file ends.
"""

import hashlib
import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.core.errors import DomainError, InvalidInputError, NotAllowedError, TooLargeError
from chainhub.organizations.models import Organization
from chainhub.organizations.permissions import may_steward
from chainhub.repositories.hashes import remember_hash, running_hash
from chainhub.repositories.incoming import Incoming, UploadLostError, Writer, hold_on
from chainhub.repositories.known import checked_sha256, known_blob
from chainhub.repositories.limits import check_disk, check_uploads_of
from chainhub.repositories.models import Upload
from chainhub.repositories.paths import check_path, clean_filename, without_controls
from chainhub.repositories.quotas import check_room_of
from chainhub.repositories.storage import PIECE, adopt_file, drop_blob, hash_file, scratch_folder

SCRATCH_DAYS = 1


class Readable(Protocol):
    """Where the bytes come from: a request, or a file."""

    def read(self, size: int, /) -> bytes: ...


class OffsetConflictError(DomainError):
    """The client goes on at another place than where the file ends."""

    code = "offset-conflict"


class ChecksumError(DomainError):
    """What arrived is not what was sent; nothing of it was kept."""

    code = "checksum-mismatch"
    status = 460


def begin_upload(
    *,
    actor: User,
    filename: str,
    size: int,
    content_type: str = "",
    organization: Organization | None = None,
    sha256: str = "",
    path: str = "",
) -> Upload:
    """Make room for a file of `size` bytes. Raises `TooLargeError`, and `DomainError` when there is no room.

    With the announced `sha256`, the upload is finished at once where the organization has the file already and the
    person may read it; else the bytes must come, and must have it.
    """
    check_size(size)
    sha256 = checked_sha256(sha256)
    if organization and not may_steward(actor, organization):
        raise NotAllowedError(gettext_noop("Data is put in by an organization's owners, admins and data stewards."))
    check_uploads_of(actor)
    known = known_blob(sha256, size, actor=actor, organization=organization)
    with transaction.atomic():
        if known is None:
            check_disk(_folder(), size)
            check_room_of(organization or actor, size)
        upload = Upload.objects.create(
            user=actor,
            organization=organization,
            filename=clean_filename(filename),
            path=check_path(path) if path else "",
            content_type=without_controls(content_type)[:120],
            expected_sha256=sha256,
            size=size,
            offset=size if known else 0,
            blob=known,
            expires_at=timezone.now() + timedelta(days=settings.UPLOAD_DAYS),
        )
        if known is None:
            incoming_of(upload).create()
    return finish_upload(upload) if size == 0 else upload


def check_size(size: int) -> None:
    """Raises `TooLargeError` for more than the hub takes."""
    if size > settings.MAX_UPLOAD_BYTES:
        raise TooLargeError(
            gettext_noop("A file may have at most %(limit)s GB."), limit=round(settings.MAX_UPLOAD_BYTES / 2**30, 1)
        )


def append_to_upload(
    upload: Upload, source: Readable, *, offset: int, checksum: tuple[str, bytes] | None = None
) -> int:
    """Write what `source` gives behind byte `offset`; the new length. The last byte finishes the upload.

    Raises `OffsetConflictError`, `UploadBusyError`, `ChecksumError`.
    """
    if offset == upload.size == upload_offset(upload):
        return finish_upload(upload).size
    if upload.blob_id:
        raise _conflict(upload.size, offset)
    # Hashing as the bytes pass spares reading the whole file again at the end.
    whole = running_hash(upload, offset)
    check = hashlib.new(checksum[0], usedforsecurity=False) if checksum else None
    incoming = incoming_of(upload)
    with incoming.writing(provisional=checksum is not None) as writer:
        if writer.length != offset:
            raise _conflict(writer.length, offset)
        _write(writer, _pieces(source, upload.size - offset), [digest for digest in (whole, check) if digest])
        if checksum and check and check.digest() != checksum[1]:
            raise ChecksumError(gettext_noop("The bytes did not arrive as they were sent; send them again."))
        length = writer.keep()
        if length == upload.size:
            _store(upload, incoming, known_hash=whole.hexdigest() if whole else "")
        elif whole:
            remember_hash(upload, length, whole)
    Upload.objects.filter(pk=upload.pk).update(offset=length)
    upload.offset = length
    return length


def receive_file(
    *,
    actor: User,
    filename: str,
    size: int,
    source: Readable,
    content_type: str = "",
    organization: Organization | None = None,
) -> Upload:
    """A whole file in one go; nothing is kept of one that stops half-way."""
    upload = begin_upload(
        actor=actor, filename=filename, size=size, content_type=content_type, organization=organization
    )
    if size and append_to_upload(upload, source, offset=0) < size:
        discard_upload(upload)
        raise InvalidInputError(gettext_noop("The file broke off; send it again."))
    return upload


def upload_offset(upload: Upload) -> int:
    """How many bytes are safe on disk."""
    return upload.size if upload.blob_id else incoming_of(upload).length()


def finish_upload(upload: Upload) -> Upload:
    """Store the bytes of an upload that is complete and, after a crash, was not stored yet. May be called twice."""
    if upload.blob_id is None and upload_offset(upload) == upload.size:
        incoming = incoming_of(upload)
        with incoming.held() as lock:
            hold_on(lock)
            try:
                upload.refresh_from_db()
            except Upload.DoesNotExist as error:
                incoming.remove()
                raise UploadLostError from error
            if upload.blob_id is None:
                _store(upload, incoming, known_hash="")
    return upload


@transaction.atomic
def take_upload(upload: Upload, *, actor: User) -> Upload:
    """Use a finished upload, once. Raises `DomainError`."""
    finish_upload(upload)
    taken = Upload.objects.select_for_update().filter(pk=upload.pk, user=actor).first()
    if taken is None or taken.blob_id is None:
        raise InvalidInputError(gettext_noop("The file has not arrived whole yet."), field="upload")
    if taken.used_at is not None:
        raise DomainError(gettext_noop("This file was registered already."), field="upload")
    taken.used_at = timezone.now()
    taken.save(update_fields=["used_at"])
    return taken


def discard_upload(upload: Upload) -> None:
    """Forget an upload that nothing was made of, with its bytes unless something else names them."""
    with transaction.atomic():
        # Locked: whoever registers it at this very moment comes before or finds nothing.
        held = Upload.objects.select_for_update().filter(pk=upload.pk).first()
        if held is None:
            return
        if held.used_at is not None:
            raise DomainError(gettext_noop("This file was registered already."))
        blob = held.blob
        held.delete()
    incoming_of(upload).remove()
    if blob is not None:
        drop_blob(blob)


def expire_uploads() -> int:
    """Forget uploads past their date of which nothing was made, and files that no row names; how many."""
    count = 0
    for upload in Upload.objects.filter(expires_at__lt=timezone.now(), used_at=None).iterator():
        with suppress(DomainError):  # registered meanwhile
            discard_upload(upload)
            count += 1
    _sweep(_folder(), days=settings.UPLOAD_DAYS, keep=_names_upload)
    _sweep(scratch_folder(), days=SCRATCH_DAYS, keep=lambda _name: False)
    return count


def incoming_of(upload: Upload) -> Incoming:
    """The file in which the upload grows."""
    return Incoming(_folder() / str(upload.pk))


def _folder() -> Path:
    return Path(settings.UPLOADS) / "incoming"


def _store(upload: Upload, incoming: Incoming, *, known_hash: str) -> None:
    """The row names the blob before the incoming file goes: a kill in between loses nothing.

    Raises `UploadLostError` where the upload was given up meanwhile; nothing is left of it then.
    """
    try:
        known_hash = _verified(upload, incoming, known_hash)
        blob = adopt_file(incoming.path, known_hash=known_hash, owner=upload.organization)
    except FileNotFoundError as error:
        incoming.remove()
        raise UploadLostError from error
    if not Upload.objects.filter(pk=upload.pk).update(blob=blob, offset=upload.size):
        incoming.remove()
        drop_blob(blob)
        raise UploadLostError
    upload.blob, upload.offset = blob, upload.size
    incoming.remove()


def _verified(upload: Upload, incoming: Incoming, known_hash: str) -> str:
    """The hash as far as it is known. Raises `ChecksumError` where it is not the announced one."""
    if not upload.expected_sha256:
        return known_hash
    known_hash = known_hash or hash_file(incoming.path)[0]
    if known_hash != upload.expected_sha256:
        incoming.empty()
        raise ChecksumError(gettext_noop("The file is not the one that was announced by its SHA-256; send it again."))
    return known_hash


def _write(writer: Writer, pieces: Iterator[bytes], digests: list[Any]) -> None:
    for piece in pieces:
        writer.write(piece)
        for digest in digests:
            digest.update(piece)


def _pieces(source: Readable, room: int) -> Iterator[bytes]:
    while room > 0:
        try:
            piece = source.read(min(PIECE, room))
        except OSError:
            return  # the client has gone; what came before stays
        if not piece:
            return
        room -= len(piece)
        yield piece


def _conflict(length: int, offset: int) -> OffsetConflictError:
    text = gettext_noop("The upload stands at byte %(length)s, not at %(offset)s.")
    return OffsetConflictError(text, length=length, offset=offset)


def _sweep(folder: Path, *, days: int, keep: Callable[[str], bool]) -> None:
    """Remove what is older and belongs to nothing."""
    if not folder.is_dir():
        return
    limit = time.time() - days * 86_400
    for path in folder.iterdir():
        with suppress(FileNotFoundError):
            if path.stat().st_mtime > limit or keep(path.name.split(".")[0]):
                continue
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _names_upload(name: str) -> bool:
    try:
        return Upload.objects.filter(pk=uuid.UUID(name), blob=None).exists()
    except ValueError:
        return False
