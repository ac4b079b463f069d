"""An organization's data keys: the one that takes new bytes, and the secret behind each.

Nothing is kept in memory: a key that was destroyed a moment ago opens nothing any more, in no process.
"""

import os
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.activity.services import record
from chainhub.core.sentences import sentence
from chainhub.organizations.models import Organization
from chainhub.repositories.damage import LostBlobError
from chainhub.repositories.masters import master_named, masters
from chainhub.repositories.models import DataKey


def key_for(owner: Organization | None) -> DataKey | None:
    """The key that new bytes of the organization get; None where they are stored as they are."""
    if owner is None or not settings.ENCRYPT_BLOBS:
        return None
    return current_key(owner) or _first_key(owner)


def current_key(owner: Organization) -> DataKey | None:
    """The key that takes new bytes, where there is one."""
    return DataKey.objects.filter(organization=owner, retired_at=None).first()


def secret_of(key_id: UUID) -> bytes:
    """The key's 32 bytes. Raises `LostBlobError` once it is destroyed, and `MasterKeyError`."""
    key = DataKey.objects.get(pk=key_id)
    if not key.wrapped:
        raise LostBlobError
    return master_named(key.master).unwrap(bytes(key.wrapped), place=_place(key))


class Secrets(dict[UUID, bytes]):
    """The secrets of keys, each asked for once: for as long as one answer is being written, and no longer."""

    def __missing__(self, key_id: UUID) -> bytes:
        """Raises what `secret_of` raises."""
        self[key_id] = secret_of(key_id)
        return self[key_id]


def make_key(owner: Organization, *, by: User | None) -> DataKey:
    """A new key for the organization; the one before must have been retired."""
    last = DataKey.objects.filter(organization=owner).aggregate(last=Max("number"))["last"] or 0
    key = DataKey(organization=owner, number=last + 1, made_by=by)
    _wrap(key, os.urandom(32))
    with transaction.atomic():
        key.save(force_insert=True)
    return key


def wrap_anew(key: DataKey) -> bool:
    """Wrap the key by the newest master key; False where that is so already, or the key is destroyed."""
    with transaction.atomic():
        key = DataKey.objects.select_for_update().get(pk=key.pk)
        if not key.wrapped or key.master == masters()[0].fingerprint:
            return False
        _wrap(key, secret_of(key.pk))
        key.save(update_fields=["wrapped", "master"])
    return True


def note(owner: Organization, verb: str, text: str, *, actor: User | None, **params: Any) -> None:
    """One audit event about an organization's keys; `text` has the placeholder `%(organization)s`."""
    said = sentence(text, organization=owner.name, **params)
    record(f"keys.{verb}", said, actor=actor, topics=[owner.topic], target_url=owner.get_absolute_url())


def _first_key(owner: Organization) -> DataKey:
    try:
        with transaction.atomic():
            key = make_key(owner, by=None)
            note(
                owner,
                "made",
                gettext_noop("The files of %(organization)s are encrypted from now on under key %(number)s."),
                actor=None,
                number=key.number,
            )
            return key
    except IntegrityError:
        # Another process was quicker; its key is there for all.
        return DataKey.objects.get(organization=owner, retired_at=None)


def _wrap(key: DataKey, secret: bytes) -> None:
    master = masters()[0]
    key.wrapped, key.master = master.wrap(secret, place=_place(key)), master.fingerprint


def _place(key: DataKey) -> bytes:
    """A wrapped key moved to another row opens nothing."""
    return key.pk.bytes + key.organization_id.to_bytes(8)
