"""Reading what an address holds into a private file, hashed as it comes."""

import hashlib
import http.client
import os
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_noop

from chainhub.core.disk import is_full
from chainhub.core.errors import DomainError, TooLargeError
from chainhub.datasets.references import https, places
from chainhub.datasets.references.faults import NoRoomHereError, UnreachableError, broken, too_slow
from chainhub.datasets.references.pace import Pace
from chainhub.datasets.references.source import Source
from chainhub.organizations.models import Organization
from chainhub.repositories.copies import create_private
from chainhub.repositories.limits import check_disk
from chainhub.repositories.paths import clean_filename

PIECE = 2**20
MOST_SECONDS = 6 * 3600.0
LOOKED_AFTER = 2**28  # bytes after which the room on the disk is looked at again

Tell = Callable[[float], None]


def fetch_reference(
    reference: Mapping[str, Any], place: Path, tell: Tell, *, organization: Organization
) -> dict[str, Any]:
    """The file at `place`, and the reference with what was found.

    Raises `UnreachableError`, `TooLargeError`, and `NoRoomHereError` where this machine cannot hold it.
    """
    address = reference["address"]
    with Pace() as pace:
        try:
            with _opened(reference, organization, pace) as source, create_private(place) as target:
                digest, size = _copy(source, target, place.parent, pace, tell)
        except (UnreachableError, OSError, http.client.HTTPException) as error:
            if is_full(error):
                raise NoRoomHereError from error
            if pace.slow:
                raise too_slow(address) from error
            if isinstance(error, UnreachableError):
                raise
            raise broken(address) from error
    if pace.slow:
        raise too_slow(address)
    if source.size is not None and size != source.size:
        raise broken(address)
    found = {"sha256": digest, "size": size, "etag": source.etag}
    return {**reference, **found, "checked_at": timezone.now().isoformat(), "reachable": True}


def _copy(source: Source, target: BinaryIO, folder: Path, pace: Pace, tell: Tell) -> tuple[str, int]:
    """SHA-256 and size of what came; whether that was all is for the caller to say."""
    digest, checked, until = hashlib.sha256(), 0, time.monotonic() + MOST_SECONDS
    _check_size(source.size or 0)
    _check_room(folder, source.size or 0)
    while piece := source.read(PIECE):
        pace.count += len(piece)
        _check_size(pace.count)
        if pace.count - checked > LOOKED_AFTER:
            checked = pace.count
            _check_room(folder, 0)
        if pace.slow or time.monotonic() > until:
            raise TimeoutError
        digest.update(piece)
        _write(target, piece)
        tell(pace.count / max(source.size or 0, pace.count))
    return digest.hexdigest(), pace.count


def _write(target: BinaryIO, piece: bytes) -> None:
    """Past any buffer: what the disk says is heard here, and not taken for the other side's word."""
    view = memoryview(piece)
    try:
        while view:
            view = view[os.write(target.fileno(), view) :]
    except OSError as error:
        raise NoRoomHereError from error


def _check_room(folder: Path, size: int) -> None:
    try:
        check_disk(folder, size)
    except DomainError as error:
        raise NoRoomHereError from error


def name_of(reference: Mapping[str, Any]) -> str:
    """How the file is called, as far as its address tells."""
    address = str(reference["address"])
    path = unquote(urlsplit(address).path) if reference["kind"] == "https" else address
    return clean_filename(PurePosixPath(path).name)


def _opened(reference: Mapping[str, Any], organization: Organization, pace: Pace) -> AbstractContextManager[Source]:
    address = reference["address"]
    if reference["kind"] == "s3":
        return places.opened_in_bucket(address, organization)
    if reference["kind"] == "path":
        return places.opened_in_folder(address, organization)
    return https.opened(address, pace)


def _check_size(size: int) -> None:
    if size > settings.MAX_UPLOAD_BYTES:
        raise TooLargeError(
            gettext_noop("A file may have at most %(limit)s GB."), limit=round(settings.MAX_UPLOAD_BYTES / 2**30, 1)
        )
