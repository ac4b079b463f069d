"""A new key for an organization, and its bytes moved under it one by one, whoever is killed meanwhile.

A blob's new file is written, read back and compared before the row names it, and the old one goes only after that. So
at every moment the row names a whole file, and what is left to do is what the rows say.
"""

import hashlib
import logging
import time
from datetime import timedelta

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.core.errors import DomainError
from chainhub.core.queue import send, send_on_commit
from chainhub.organizations.models import Organization
from chainhub.repositories import keyring, raw
from chainhub.repositories.damage import DamagedBlobError, LostBlobError
from chainhub.repositories.models import Blob, DataKey
from chainhub.repositories.permissions import may_keep_keys
from chainhub.repositories.storage import blob_exists, open_blob, read_range, write_blob
from chainhub.repositories.sweeping import forget_file

logger = logging.getLogger(__name__)

TURN = 60.0  # seconds of one task, so that a large organization holds up nobody
HELD = 600  # seconds without a finished blob after which another worker may go on
LEFT_BEHIND = timedelta(days=1)  # after which a file under a retired key that no row names belongs to nobody


@transaction.atomic
def rotate_key(organization: Organization, *, actor: User) -> DataKey:
    """New bytes get a new key from now on; a task moves those that are stored. Raises `DomainError` where it is off."""
    if not may_keep_keys(actor, organization):
        raise PermissionDenied
    if not settings.ENCRYPT_BLOBS:
        raise DomainError(gettext_noop("This hub does not encrypt files; its operator has switched that off."))
    Organization.objects.select_for_update().get(pk=organization.pk)
    DataKey.objects.filter(organization=organization, retired_at=None).update(retired_at=timezone.now())
    key = keyring.make_key(organization, by=actor)
    text = gettext_noop("%(person)s gave %(organization)s a new key, %(number)s; its files are being encrypted anew.")
    keyring.note(organization, "rotated", text, actor=actor, person=str(actor), number=key.number)
    send_on_commit("repositories.reseal_blobs", organization.pk)
    return key


def waiting_in(organization: Organization) -> QuerySet[Blob]:
    """The organization's blobs that are not under its current key: under an older one, or plain."""
    current = keyring.current_key(organization)
    found = Blob.objects.filter(owner=organization, lost=False)
    return found.exclude(key=current) if current else found.none()


def reseal_blobs(organization: Organization) -> int:
    """Move blobs under the current key until the turn is over; how many. What is left is queued again."""
    lock = f"reseal:{organization.pk}"
    if not cache.add(lock, 1, HELD):
        return 0
    until, count = time.monotonic() + TURN, 0
    try:
        for blob in waiting_in(organization).select_related("owner").order_by("pk").iterator():
            count += _tried(blob, organization)
            cache.touch(lock, HELD)
            if time.monotonic() > until:
                break
        else:
            return count
    finally:
        cache.delete(lock)
    send("repositories.reseal_blobs", organization.pk)
    return count


def reseal_blob(blob: Blob, key: DataKey) -> bool:
    """Move one blob under the key; False where another process was quicker. Raises `DamagedBlobError`."""
    fresh = Blob(pk=blob.pk, sha256=blob.sha256, size=blob.size, owner=blob.owner, key=key)
    with open_blob(blob) as source:
        write_blob(fresh, source)
    digest = hashlib.sha256()
    for piece in read_range(fresh, 0, fresh.size):
        digest.update(piece)
    if digest.hexdigest() != blob.sha256:
        forget_file(fresh.storage_name)  # unless another worker has moved the blob there meanwhile
        raise DamagedBlobError
    with transaction.atomic():
        held = Blob.objects.select_for_update(of=("self",)).filter(pk=blob.pk, key=blob.key_id, lost=False)
        # Under the row's lock: a sweep that found the file before the row named it has taken it by now, or leaves it.
        moved = bool(held.first()) and blob_exists(fresh) and bool(held.update(key=key))
    if moved:
        raw.remove(blob.storage_name)
    else:
        forget_file(fresh.storage_name)
    return moved


def send_unsealed() -> int:
    """Queue the organizations whose blobs wait: a task was lost, or a worker, or encryption was off; how many."""
    waiting = Q(blobs__key=None) | Q(blobs__key__retired_at__isnull=False)
    owners = Organization.objects.filter(waiting, blobs__lost=False, data_keys__retired_at=None).distinct()
    return sum(send("repositories.reseal_blobs", pk) for pk in owners.values_list("pk", flat=True))


def sweep_retired() -> int:
    """Remove files under retired keys that no row names, as a kill at the wrong moment leaves them; how many."""
    count = 0
    for key in DataKey.objects.filter(retired_at__lt=timezone.now() - LEFT_BEHIND):
        folder = f"organizations/{key.organization_id}/key-{key.pk}"
        for name in list(raw.names_in(folder)):
            if not Blob.objects.filter(key=key, sha256=name.rpartition("/")[2], lost=False).exists():
                raw.remove(name)
                count += 1
    return count


def _tried(blob: Blob, organization: Organization) -> bool:
    """One blob that cannot be read holds up no other."""
    key = keyring.current_key(organization)
    try:
        return key is not None and reseal_blob(blob, key)
    except LostBlobError:
        return False
    except DamagedBlobError:
        logger.exception("blob %s of %s stays under its old key", blob.sha256, organization)
        return False
