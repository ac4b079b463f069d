"""Versions by reference: whether the bytes are still there, and still the same."""

import tempfile
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.activity.services import notify
from chainhub.core.errors import DomainError
from chainhub.core.live import publish_on_commit
from chainhub.core.queue import send_on_commit
from chainhub.core.sentences import sentence
from chainhub.datasets import permissions
from chainhub.datasets.models import DatasetVersion, VersionStatus
from chainhub.datasets.references import fetch_reference
from chainhub.datasets.references.state import CHANGED, UNREACHABLE, trouble_of
from chainhub.organizations.permissions import STEWARDS
from chainhub.organizations.services import members_of
from chainhub.repositories.storage import scratch_folder

TOLD = {
    CHANGED: gettext_noop(
        "The file of “%(dataset)s” v%(version)s is no longer the one that was registered; jobs refuse it. Register "
        "it as the next version."
    ),
    UNREACHABLE: gettext_noop("The file of “%(dataset)s” v%(version)s could not be read where it lies: %(reason)s"),
}


@transaction.atomic
def ask_for_check(version: DatasetVersion, *, actor: User) -> None:
    """Have a version's address read and hashed again in the background."""
    if not permissions.may_edit(actor, version.dataset):
        raise PermissionDenied
    if version.reference is not None and version.status == VersionStatus.READY:
        send_on_commit("datasets.check_reference", version.pk)


def check_reference(version_id: int) -> None:
    """Read the address again. Its hash and size stay those that were registered; `reachable` and `changed` are new.

    The owner's stewards are told of each trouble once, until all is well again.
    """
    found = DatasetVersion.objects.select_related("dataset__organization").filter(pk=version_id)
    version = found.filter(status=VersionStatus.READY, reference__isnull=False).first()
    if version is None or version.reference is None:
        return
    told = _look(version, version.reference)
    with transaction.atomic():
        held = found.select_for_update(of=("self",)).first()
        if held is not None and held.reference is not None:
            _mark(held, {**held.reference, **told})


def _look(version: DatasetVersion, reference: dict[str, Any]) -> dict[str, Any]:
    now = timezone.now().isoformat()
    with tempfile.TemporaryDirectory(dir=scratch_folder()) as folder:
        place = Path(folder) / "referred"
        try:
            seen = fetch_reference(reference, place, lambda _share: None, organization=version.dataset.organization)
        except DomainError as error:
            return {"checked_at": now, "reachable": False, "reason": error.sentence}
    return {"checked_at": now, "reachable": True, "reason": None, "changed": seen["sha256"] != reference["sha256"]}


def _mark(version: DatasetVersion, reference: dict[str, Any]) -> None:
    trouble, told = trouble_of(reference), list(reference.get("told", []))
    if trouble and trouble not in told:
        _tell(version, trouble, reference)
    version.reference = {**reference, "told": sorted({*told, trouble}) if trouble else []}
    version.save(update_fields=["reference"])
    publish_on_commit(version.topic, "state", status=version.status)
    publish_on_commit(version.dataset.topic, "state")


def _tell(version: DatasetVersion, trouble: str, reference: dict[str, Any]) -> None:
    dataset = version.dataset
    reason = {"reason": reference["reason"]} if trouble == UNREACHABLE else {}
    said = sentence(TOLD[trouble], dataset=dataset.name, version=version.number, **reason)
    people = members_of(dataset.organization, *STEWARDS)
    notify(people, "dataset.reference", said, url=f"{dataset.get_absolute_url()}?tab=versions")
