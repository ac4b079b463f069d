"""Versions by reference: whether the bytes are still there, and still the same."""

import tempfile
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from chainhub.accounts.models import User
from chainhub.core.errors import DomainError
from chainhub.core.live import publish
from chainhub.core.queue import send_on_commit
from chainhub.datasets import permissions
from chainhub.datasets.models import DatasetVersion, VersionStatus
from chainhub.datasets.references import fetch_reference
from chainhub.repositories.storage import scratch_folder


@transaction.atomic
def ask_for_check(version: DatasetVersion, *, actor: User) -> None:
    """Have a version's address read and hashed again in the background."""
    if not permissions.may_edit(actor, version.dataset):
        raise PermissionDenied
    if version.reference is not None and version.status == VersionStatus.READY:
        send_on_commit("datasets.check_reference", version.pk)


def check_reference(version_id: int) -> None:
    """Read the address again. Its hash and size stay those that were registered; `reachable` and `changed` are new."""
    found = DatasetVersion.objects.select_related("dataset__organization").filter(pk=version_id)
    version = found.filter(status=VersionStatus.READY, reference__isnull=False).first()
    if version is None or version.reference is None:
        return
    told = _look(version, version.reference)
    DatasetVersion.objects.filter(pk=version_id).update(reference={**version.reference, **told})
    publish(version.topic, "state", status=version.status)
    publish(version.dataset.topic, "state")


def _look(version: DatasetVersion, reference: dict[str, Any]) -> dict[str, Any]:
    now = timezone.now().isoformat()
    with tempfile.TemporaryDirectory(dir=scratch_folder()) as folder:
        place = Path(folder) / "referred"
        try:
            seen = fetch_reference(reference, place, lambda _share: None, organization=version.dataset.organization)
        except DomainError as error:
            return {"checked_at": now, "reachable": False, "reason": error.sentence}
    return {"checked_at": now, "reachable": True, "reason": None, "changed": seen["sha256"] != reference["sha256"]}
