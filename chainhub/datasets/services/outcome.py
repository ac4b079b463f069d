"""What becomes of an inspected version: ready with a commit, or refused with a sentence. Each happens once."""

import json
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop

from chainhub.activity.services import notify
from chainhub.core.live import publish_on_commit
from chainhub.core.sentences import Sentence, sentence
from chainhub.datasets.canonical import REFERENCE_FILE, TRAINING_FILE
from chainhub.datasets.inspection.findings import Findings
from chainhub.datasets.inspection.values import plain_json
from chainhub.datasets.models import Dataset, DatasetVersion, VersionStatus
from chainhub.datasets.search import index_dataset
from chainhub.datasets.services.changes import changes_between
from chainhub.datasets.services.history import remember
from chainhub.datasets.services.kinds import mismatch, settle
from chainhub.datasets.services.renewing import renew_profiles
from chainhub.repositories.models import Blob
from chainhub.repositories.quotas import QuotaError, check_room
from chainhub.repositories.services import commit_files, tag_commit
from chainhub.repositories.storage import drop_blob, hand_over, store_bytes, store_file

NO_ROOM = gettext_noop("There is no room for the form in which the hub keeps this file for training: %(reason)s")


def accept(version: DatasetVersion, findings: Findings, *, claimed_at: datetime) -> None:
    """Store the canonical form, commit it with the original, and open the version for use.

    Whether it may be kept is asked before it is stored and again when it is committed. What was stored in vain then,
    as where the claim was lost meanwhile, is left to the sweep: the other worker may be about to name the same bytes.
    """
    findings.report = plain_json(findings.report)
    with transaction.atomic():
        if _kept(version, findings, claimed_at) is None:
            return
    owner = version.dataset.organization
    files = _referred(version) if version.reference else {TRAINING_FILE: store_file(findings.training, owner=owner)}
    _take_over(version)
    with transaction.atomic():
        held = _kept(version, findings, claimed_at)
        if held is None:
            return
        settle(held.dataset, findings)
        held.reference = version.reference
        if held.upload is not None and held.upload.blob is not None:
            files[_original_name(held.upload.filename)] = held.upload.blob
        _make_ready(held, findings, files)


def _kept(version: DatasetVersion, findings: Findings, claimed_at: datetime) -> DatasetVersion | None:
    """The row, locked, where it still waits for this worker and may hold what was found; else it may be refused now."""
    held = _held(version, claimed_at)
    if held is None:
        return None
    if reason := mismatch(held.dataset, findings) or _no_room(held, findings):
        _refuse(held, reason)
        return None
    return held


def _no_room(version: DatasetVersion, findings: Findings) -> Sentence | None:
    """Why the organization cannot keep the canonical form; of a version by reference it keeps none."""
    if version.reference:
        return None
    try:
        check_room(version.dataset.organization, findings.training.stat().st_size)
    except QuotaError as full:
        return sentence(NO_ROOM, reason=full.sentence)
    return None


def _referred(version: DatasetVersion) -> dict[str, Blob]:
    """All that a commit holds of bytes that stay with their owner: their hash. The address may hold a secret key."""
    told = {name: (version.reference or {})[name] for name in ("kind", "sha256", "size")}
    text = json.dumps(told, ensure_ascii=False, indent=2) + "\n"
    return {REFERENCE_FILE: store_bytes(text.encode(), owner=version.dataset.organization)}


def _take_over(version: DatasetVersion) -> None:
    """An upload that named no organization, or another, lies from now on under the key of the dataset's."""
    upload = version.upload
    if upload is None or upload.blob is None:
        return
    before, upload.blob = upload.blob, hand_over(upload.blob, version.dataset.organization)
    if upload.blob != before:
        upload.organization = version.dataset.organization
        upload.save(update_fields=["blob", "organization"])
        drop_blob(before)


def refuse(version: DatasetVersion, reason: Sentence, *, claimed_at: datetime) -> None:
    """Say why the file cannot be used; the dataset's other versions stay as they are."""
    with transaction.atomic():
        held = _held(version, claimed_at)
        if held is not None:
            _refuse(held, sentence(reason["text"], **plain_json(reason["params"])))


def _held(version: DatasetVersion, claimed_at: datetime) -> DatasetVersion | None:
    """The row, locked, if it still waits for this very worker."""
    Dataset.objects.select_for_update().filter(pk=version.dataset_id).first()  # none where it was discarded meanwhile
    waiting = DatasetVersion.objects.select_for_update(of=("self",)).select_related(
        "dataset__organization", "upload__blob", "created_by"
    )
    return waiting.filter(pk=version.pk, status=VersionStatus.INSPECTING, claimed_at=claimed_at).first()


def _make_ready(version: DatasetVersion, findings: Findings, files: dict[str, Blob]) -> None:
    dataset = version.dataset
    before = dataset.latest_version
    title = f"v{version.number}: {version.note}" if version.note else f"v{version.number}"
    version.commit = commit_files(dataset.repository, files, author=version.created_by, title=title)
    tag_commit(version.commit, f"v{version.number}")
    version.rows, version.progress, version.claimed_at = findings.rows, 1.0, None
    version.inspection = findings.report
    if before:
        version.inspection["changes"] = changes_between(before.inspection, findings.report)
    version.move_to(VersionStatus.READY)
    version.save(update_fields=["commit", "rows", "progress", "inspection", "status", "reference", "claimed_at"])
    renew_profiles(dataset)
    index_dataset(dataset)
    said = sentence(
        gettext_noop("“%(dataset)s” version %(version)s is ready: %(rows)s rows."),
        dataset=dataset.name,
        version=version.number,
        rows=findings.rows,
    )
    notify([version.created_by], "dataset.ready", said, url=dataset.get_absolute_url())
    remember(
        dataset,
        "version_ready",
        gettext_noop("Version %(version)s of “%(dataset)s” passed inspection."),
        actor=version.created_by,
        version=version.number,
    )
    publish_on_commit(version.topic, "state", status=version.status)


def _refuse(version: DatasetVersion, reason: Sentence) -> None:
    dataset = version.dataset
    version.refusal = dict(reason)
    version.move_to(VersionStatus.REFUSED)
    version.save(update_fields=["refusal", "status"])
    said = sentence(
        gettext_noop("“%(dataset)s” version %(version)s was refused: %(reason)s"),
        dataset=dataset.name,
        version=version.number,
        reason=reason,
    )
    notify([version.created_by], "dataset.refused", said, url=dataset.get_absolute_url())
    remember(
        dataset,
        "version_refused",
        gettext_noop("Version %(version)s of “%(dataset)s” was refused: %(reason)s"),
        actor=version.created_by,
        version=version.number,
        reason=reason,
    )
    publish_on_commit(version.topic, "state", status=version.status)


def _original_name(filename: str) -> str:
    """A file cannot share its name with the folder of the canonical form."""
    folder = TRAINING_FILE.split("/", maxsplit=1)[0]
    return f"original-{filename}" if filename == folder else filename
