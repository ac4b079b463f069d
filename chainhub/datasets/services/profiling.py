"""Profiling a version in the background: claimed by one worker, told as it goes, taken up again where one was lost.

Until it is done, `DatasetVersion.profile` holds `{state: "working", claimed, attempts, done, basis}`; then the profile
itself with `state: "ready"`, or `state: "failed"` and maybe a `reason`. `basis` is what it takes from the owner's
corrections: where that changes, `renew_profiles` has it counted anew.
"""

import json
import logging
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db.models import Q
from django.utils import timezone

from chainhub.core.errors import DomainError
from chainhub.core.live import publish
from chainhub.core.queue import send
from chainhub.datasets.canonical import TRAINING_FILE
from chainhub.datasets.inspection.findings import Tell
from chainhub.datasets.isolation import run_isolated
from chainhub.datasets.models import DatasetVersion, VersionStatus
from chainhub.datasets.profile.describe import profile_file
from chainhub.datasets.references import lay_out_reference
from chainhub.datasets.roles import corrected_report
from chainhub.datasets.services.inspecting import MOST_ATTEMPTS, SILENT, TOLD_EVERY, ClaimLostError
from chainhub.datasets.services.renewing import basis_of
from chainhub.repositories.models import CommitFile
from chainhub.repositories.storage import local_file, scratch_folder

logger = logging.getLogger(__name__)

DONE = ("ready", "failed")


class ProfileClaim:
    """One worker's hold on a version's profile; what stands in the row is its proof."""

    def __init__(self, version: DatasetVersion, held: dict[str, Any]) -> None:
        """Made by `claim_profile`."""
        self.version, self.held = version, held
        self._told = time.monotonic()

    def tell(self, share: float) -> None:
        """Show progress and stay alive. Raises `ClaimLostError`."""
        if time.monotonic() - self._told < TOLD_EVERY:
            return
        self._told = time.monotonic()
        done = round(share, 3)
        self.put({**self.held, "claimed": timezone.now().isoformat(), "done": done})
        publish(self.version.topic, "progress", done=done, total=1)

    def put(self, profile: dict[str, Any]) -> None:
        """Replace what is held. Raises `ClaimLostError` where another worker holds it now."""
        mine = DatasetVersion.objects.filter(pk=self.version.pk, profile__claimed=self.held["claimed"])
        if not mine.update(profile=profile):
            raise ClaimLostError
        self.held = profile


def claim_profile(version_id: int) -> ProfileClaim | None:
    """Take the profile over if nobody works on it; None otherwise."""
    ready = DatasetVersion.objects.select_related("dataset__organization").filter(
        pk=version_id, status=VersionStatus.READY
    )
    version = ready.exclude(commit=None).first()
    if version is None or not _is_free(version.profile):
        return None
    before = version.profile
    attempts = before.get("attempts", 0) + 1
    held = {"state": "working", "claimed": timezone.now().isoformat(), "attempts": attempts, "done": 0}
    unchanged = Q(profile__claimed=before["claimed"]) if "claimed" in before else Q(profile__claimed__isnull=True)
    if not DatasetVersion.objects.filter(unchanged, pk=version_id).update(profile=held):
        return None
    # Read only now: a correction before this found nobody at work, and one after it takes the claim away.
    version.dataset.refresh_from_db(fields=["target", "identifiers", "field_settings"])
    return ProfileClaim(version, {**held, "basis": basis_of(version.dataset, version.inspection)})


def profile_version(version_id: int, *, isolated: bool = True) -> None:
    """Profile a version; does nothing where that is done or under way.

    `isolated` counts in a process of its own, so that data that kills its reader kills nothing else.
    """
    claim = claim_profile(version_id)
    if claim is None:
        return
    work = Path(tempfile.mkdtemp(dir=scratch_folder()))
    try:
        told = None if claim.held["attempts"] > MOST_ATTEMPTS else _profile(claim, work, isolated=isolated)
        if told is None:
            logger.warning("version %s could not be profiled", version_id)
        claim.put(_outcome(told) | {"basis": claim.held["basis"]})
        publish(claim.version.topic, "state", status=claim.version.status)
    except ClaimLostError:
        logger.info("version %s is profiled by another worker", version_id)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _outcome(told: dict[str, Any] | None) -> dict[str, Any]:
    if told is None:
        return {"state": "failed"}
    return {"state": "failed", "reason": told["refusal"]} if "refusal" in told else {"state": "ready", **told}


def send_unprofiled() -> int:
    """Queue versions whose message or worker was lost; how many."""
    waiting = DatasetVersion.objects.filter(status=VersionStatus.READY).exclude(commit=None)
    waiting = waiting.filter(Q(profile__state__isnull=True) | ~Q(profile__state__in=DONE))
    free = [version.pk for version in waiting.only("pk", "profile") if _is_free(version.profile)]
    return sum(send("datasets.profile_version", pk) for pk in free)


def _is_free(profile: dict[str, Any]) -> bool:
    if profile.get("state") in DONE:
        return False
    claimed = profile.get("claimed")
    return not claimed or datetime.fromisoformat(claimed) < timezone.now() - SILENT


@contextmanager
def _training(version: DatasetVersion, work: Path, tell: Tell, *, isolated: bool) -> Iterator[Path | None]:
    """The canonical form; None where there is none, or where it cannot be had from its owner."""
    if version.reference is not None:
        place = work / "referred.parquet"
        with suppress(DomainError):
            lay_out_reference(version, place, lambda share: tell(share / 2), isolated=isolated)
        yield place if place.exists() else None
        return
    entry = CommitFile.objects.select_related("blob").filter(commit=version.commit_id, path=TRAINING_FILE).first()
    if entry is None:
        yield None
        return
    with local_file(entry.blob) as source:
        yield source


def _profile(claim: ProfileClaim, work: Path, *, isolated: bool) -> dict[str, Any] | None:
    """The profile; None where the data killed its reader."""
    version = claim.version
    target, given = version.dataset.target, corrected_report(version.dataset, version.inspection)
    with _training(version, work, claim.tell, isolated=isolated) as source:
        if source is None:
            return None
        if not isolated:
            return profile_file(source, given, work, claim.tell, target=target)
        report = work / "report.json"
        report.write_text(json.dumps(given))
        return run_isolated(
            "chainhub.datasets.profile", [str(source), str(report), str(work), target], work, claim.tell
        )
