"""Versions by reference: whether the bytes are still there, and still the same."""

import logging
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.activity.services import notify
from chainhub.core.disk import is_full
from chainhub.core.errors import DomainError
from chainhub.core.live import publish_on_commit
from chainhub.core.queue import send_on_commit
from chainhub.core.sentences import sentence
from chainhub.datasets import permissions
from chainhub.datasets.models import DatasetVersion, VersionStatus
from chainhub.datasets.references import NoRoomHereError, fetch_reference
from chainhub.datasets.references.state import CHANGED, UNREACHABLE, trouble_of
from chainhub.datasets.services.inspecting import SILENT
from chainhub.organizations.permissions import STEWARDS
from chainhub.organizations.services import members_of
from chainhub.repositories.storage import scratch_folder

logger = logging.getLogger(__name__)

TOLD_EVERY = timedelta(seconds=5)  # between two signs of life
TOLD = {
    CHANGED: gettext_noop(
        "The file of “%(dataset)s” v%(version)s is no longer the one that was registered; jobs refuse it. Register "
        "it as the next version."
    ),
    UNREACHABLE: gettext_noop("The file of “%(dataset)s” v%(version)s could not be read where it lies: %(reason)s"),
}
UNREAD = gettext_noop(
    "Whether the file of “%(dataset)s” v%(version)s is still the same could not be checked: %(reason)s"
)


@transaction.atomic
def ask_for_check(version: DatasetVersion, *, actor: User) -> None:
    """Have a version's address read and hashed again in the background."""
    if not permissions.may_edit(actor, version.dataset):
        raise PermissionDenied
    if version.reference is not None and version.status == VersionStatus.READY:
        send_on_commit("datasets.check_reference", version.pk)


def check_reference(version_id: int) -> None:
    """Read the address again. Its hash and size stay those that were registered; `reachable` and `changed` are new.

    `unread` says why, where it could not be looked at for want of room here. One worker at a time does it. The owner's
    stewards are told of each trouble once, until all is well again.
    """
    found = DatasetVersion.objects.select_related("dataset__organization").filter(pk=version_id)
    hold = Hold.on(found.filter(status=VersionStatus.READY, reference__isnull=False))
    version = found.first()
    if hold is None or version is None or version.reference is None:
        return
    try:
        told = _look(version, version.reference, hold.tell)
    except HoldLostError:
        logger.info("the reference of version %s is read by another worker", version_id)
        return
    finally:
        hold.let_go()
    with transaction.atomic():
        held = found.select_for_update(of=("self",)).first()
        if held is not None and held.reference is not None:
            _mark(held, {**held.reference, **told})


class HoldLostError(Exception):
    """Nothing was heard of this worker for so long that another one began."""


class Hold:
    """One worker's claim on the reading of a reference; the time of its last sign of life is its proof."""

    def __init__(self, version_id: int, at: datetime) -> None:
        self._version_id, self._at = version_id, at

    @classmethod
    def on(cls, one: QuerySet[DatasetVersion]) -> "Hold | None":
        """Where nobody reads it; `one` finds the version alone."""
        now = timezone.now()
        free = one.filter(Q(claimed_at=None) | Q(claimed_at__lt=now - SILENT))
        version_id = one.values_list("pk", flat=True).first()
        return cls(version_id, now) if version_id and free.update(claimed_at=now) else None

    def tell(self, _share: float = 0.0) -> None:
        """Stay alive. Raises `HoldLostError`."""
        now = timezone.now()
        if now - self._at < TOLD_EVERY:
            return
        if not self._mine().update(claimed_at=now):
            raise HoldLostError
        self._at = now

    def let_go(self) -> None:
        """The next may begin at once."""
        self._mine().update(claimed_at=None)

    def _mine(self) -> QuerySet[DatasetVersion]:
        return DatasetVersion.objects.filter(pk=self._version_id, claimed_at=self._at)


def _look(version: DatasetVersion, reference: dict[str, Any], tell: Callable[[float], None]) -> dict[str, Any]:
    """What is known now; where this machine had no room to look, that alone: it says nothing about the file."""
    try:
        return {**_seen(version, reference, tell), "unread": None}
    except (NoRoomHereError, OSError) as error:
        if not isinstance(error, NoRoomHereError) and not is_full(error):
            raise
        logger.exception("the reference of version %s was not looked at", version.pk)
        return {"unread": NoRoomHereError().sentence}


def _seen(version: DatasetVersion, reference: dict[str, Any], tell: Callable[[float], None]) -> dict[str, Any]:
    now = timezone.now().isoformat()
    with tempfile.TemporaryDirectory(dir=scratch_folder()) as folder:
        place = Path(folder) / "referred"
        try:
            seen = fetch_reference(reference, place, tell, organization=version.dataset.organization)
        except NoRoomHereError:
            raise
        except DomainError as error:
            return {"checked_at": now, "reachable": False, "reason": error.sentence}
    return {"checked_at": now, "reachable": True, "reason": None, "changed": seen["sha256"] != reference["sha256"]}


def _mark(version: DatasetVersion, reference: dict[str, Any]) -> None:
    trouble, told = trouble_of(reference), list(reference.get("told", []))
    before = version.reference or {}
    if trouble and trouble not in told:
        reason = {"reason": reference["reason"]} if trouble == UNREACHABLE else {}
        _tell(version, TOLD[trouble], **reason)
    if reference.get("unread") and not before.get("unread"):
        _tell(version, UNREAD, reason=reference["unread"])
    version.reference = {**reference, "told": sorted({*told, trouble}) if trouble else []}
    version.save(update_fields=["reference"])
    publish_on_commit(version.topic, "state", status=version.status)
    publish_on_commit(version.dataset.topic, "state")


def _tell(version: DatasetVersion, text: str, **params: Any) -> None:
    dataset = version.dataset
    said = sentence(text, dataset=dataset.name, version=version.number, **params)
    people = members_of(dataset.organization, *STEWARDS)
    notify(people, "dataset.reference", said, url=f"{dataset.get_absolute_url()}?tab=versions")
