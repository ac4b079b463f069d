"""Reading what an address holds into a private file, hashed as it comes."""

import hashlib
import http.client
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_noop

from chainhub.core.errors import TooLargeError
from chainhub.datasets.references import https, places
from chainhub.datasets.references.faults import broken
from chainhub.datasets.references.source import Source
from chainhub.organizations.models import Organization
from chainhub.repositories.copies import create_private
from chainhub.repositories.paths import clean_filename

PIECE = 2**20
MOST_SECONDS = 6 * 3600.0

Tell = Callable[[float], None]


def fetch_reference(
    reference: Mapping[str, Any], place: Path, tell: Tell, *, organization: Organization
) -> dict[str, Any]:
    """The file at `place`, and the reference with what was found. Raises `UnreachableError` and `TooLargeError`."""
    address = reference["address"]
    with _opened(reference, organization) as source, create_private(place) as target:
        digest, size = hashlib.sha256(), 0
        _check_size(source.size or 0)
        until = time.monotonic() + MOST_SECONDS
        try:
            while piece := source.read(PIECE):
                size += len(piece)
                _check_size(size)
                if time.monotonic() > until:
                    raise broken(address)
                digest.update(piece)
                target.write(piece)
                tell(size / max(source.size or 0, size))
        except (OSError, http.client.HTTPException) as error:
            raise broken(address) from error
    if source.size is not None and size != source.size:
        raise broken(address)
    found = {"sha256": digest.hexdigest(), "size": size, "etag": source.etag}
    return {**reference, **found, "checked_at": timezone.now().isoformat(), "reachable": True}


def name_of(reference: Mapping[str, Any]) -> str:
    """How the file is called, as far as its address tells."""
    address = str(reference["address"])
    path = unquote(urlsplit(address).path) if reference["kind"] == "https" else address
    return clean_filename(PurePosixPath(path).name)


def _opened(reference: Mapping[str, Any], organization: Organization) -> AbstractContextManager[Source]:
    address = reference["address"]
    if reference["kind"] == "s3":
        return places.opened_in_bucket(address, organization)
    if reference["kind"] == "path":
        return places.opened_in_folder(address, organization)
    return https.opened(address)


def _check_size(size: int) -> None:
    if size > settings.MAX_UPLOAD_BYTES:
        raise TooLargeError(
            gettext_noop("A file may have at most %(limit)s GB."), limit=round(settings.MAX_UPLOAD_BYTES / 2**30, 1)
        )
