"""Inspecting an uploaded version in the background: claimed by one worker, told as it goes, decided once."""

import logging
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_noop

from chainhub.core.errors import DomainError
from chainhub.core.live import publish
from chainhub.core.queue import send
from chainhub.core.sentences import Sentence, sentence
from chainhub.datasets.inspection.files import inspect_file
from chainhub.datasets.inspection.findings import Findings, RefusedFileError, Tell
from chainhub.datasets.isolation import inspect_isolated
from chainhub.datasets.models import DatasetVersion, VersionStatus
from chainhub.datasets.references import ChangedReferenceError, fetch_reference, name_of
from chainhub.datasets.services.outcome import accept, refuse
from chainhub.repositories.packages import pack_upload
from chainhub.repositories.storage import local_file, scratch_folder

logger = logging.getLogger(__name__)

SILENT = timedelta(seconds=60)  # without a sign of life another worker may begin anew
TOLD_EVERY = 0.5  # seconds between two signs of life
MOST_ATTEMPTS = 3


class ClaimLostError(Exception):
    """Another worker inspects the version now, or it is decided."""


class Claim:
    """One worker's hold on a version; the time of its last sign of life is its proof."""

    def __init__(self, version: DatasetVersion, at: datetime) -> None:
        """Made by `claim_version`."""
        self.version, self.at = version, at
        self._told = time.monotonic()

    def tell(self, share: float) -> None:
        """Show progress and stay alive. Raises `ClaimLostError`."""
        if time.monotonic() - self._told < TOLD_EVERY:
            return
        self._told = time.monotonic()
        now = timezone.now()
        held = DatasetVersion.objects.filter(pk=self.version.pk, status=VersionStatus.INSPECTING, claimed_at=self.at)
        if not held.update(progress=round(share, 3), claimed_at=now):
            raise ClaimLostError
        self.at = now
        publish(self.version.topic, "progress", done=round(share, 3), total=1)


def claim_version(version_id: int) -> Claim | None:
    """Take the version over if nobody works on it; None otherwise."""
    now = timezone.now()
    free = Q(claimed_at=None) | Q(claimed_at__lt=now - SILENT)
    waiting = DatasetVersion.objects.filter(free, pk=version_id, status=VersionStatus.INSPECTING)
    if not waiting.update(claimed_at=now, attempts=F("attempts") + 1):
        return None
    return Claim(DatasetVersion.objects.select_related("dataset__organization", "upload__blob").get(pk=version_id), now)


def inspect_version(version_id: int, *, isolated: bool = True) -> None:
    """Inspect and decide a version; does nothing where that is done or under way.

    `isolated` reads the file in a process of its own, so that a file that kills its reader kills nothing else.
    """
    claim = claim_version(version_id)
    if claim is None:
        return
    work = Path(tempfile.mkdtemp(dir=scratch_folder()))
    try:
        findings = _findings(claim, work, isolated=isolated)
        decided = accept if isinstance(findings, Findings) else refuse
        decided(claim.version, findings, claimed_at=claim.at)  # type: ignore[arg-type]
    except ClaimLostError:
        logger.info("version %s is inspected by another worker", version_id)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _findings(claim: Claim, work: Path, *, isolated: bool) -> Findings | Sentence:
    """What is in the file, or why it is refused."""
    version = claim.version
    if version.attempts > MOST_ATTEMPTS:
        return sentence(gettext_noop("The file could not be inspected, however often it was tried."))
    read = inspect_isolated if isolated else inspect_file
    try:
        with _source(claim, work) as (source, name):
            return read(source, work, claim.tell, name=name, kind=version.dataset.kind)
    except DomainError as refusal:
        return refusal.sentence


@contextmanager
def _source(claim: Claim, work: Path) -> Iterator[tuple[Path, str]]:
    """The file that was uploaded, packed or referred to, and how it is called. Raises `DomainError`."""
    version = claim.version
    if version.reference is not None:
        place = work / "referred"
        version.reference = _read_reference(version, place, claim.tell)
        yield place, name_of(version.reference)
        place.unlink()
        return
    if version.upload is not None:
        pack_upload(version.upload, work, claim.tell, owner=version.dataset.organization)
    if version.upload is None or version.upload.blob is None:
        raise RefusedFileError(gettext_noop("The file has not arrived whole yet."))
    with local_file(version.upload.blob) as source:
        yield source, version.upload.filename


def _read_reference(version: DatasetVersion, place: Path, tell: Tell) -> dict[str, Any]:
    announced = version.reference["sha256"] if version.reference else ""
    found = fetch_reference(version.reference or {}, place, tell, organization=version.dataset.organization)
    if announced and announced != found["sha256"]:
        raise ChangedReferenceError(
            gettext_noop("The file at %(address)s does not have the SHA-256 that was announced."),
            address=found["address"].split("?")[0],
        )
    return found


def send_uninspected() -> int:
    """Queue versions whose message or worker was lost; how many."""
    now = timezone.now()
    lost = Q(claimed_at=None, created_at__lt=now - timedelta(seconds=10)) | Q(claimed_at__lt=now - SILENT)
    waiting = DatasetVersion.objects.filter(lost, status=VersionStatus.INSPECTING).values_list("pk", flat=True)
    return sum(send("datasets.inspect_version", pk) for pk in list(waiting))
