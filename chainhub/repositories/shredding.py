"""Destroying an organization's keys: whatever they encrypt is gone for ever, wherever copies of it lie."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Sum
from django.utils import timezone
from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.core.errors import DomainError, InvalidInputError
from chainhub.core.queue import send_on_commit
from chainhub.organizations.models import Organization
from chainhub.repositories import keyring, raw, signals
from chainhub.repositories.models import Blob, DataKey
from chainhub.repositories.permissions import may_keep_keys


@dataclass(frozen=True)
class Extent:
    """What would be lost; the datasets, jobs and models in it are known on the floors above."""

    files: int
    size: int


def what_destruction_affects(organization: Organization) -> Extent:
    """What an owner should know before."""
    found = Blob.objects.filter(owner=organization, lost=False).aggregate(files=Count("pk"), size=Sum("size"))
    return Extent(files=found["files"], size=found["size"] or 0)


@transaction.atomic
def destroy_key(organization: Organization, *, actor: User, confirmation: str) -> int:
    """Make every file of the organization unreadable for ever; how many. Nobody can undo this.

    `confirmation` is the organization's name, typed. Floors above hear of it first: datasets are withdrawn, and the
    jobs on them stopped, in the same transaction.
    """
    if not may_keep_keys(actor, organization):
        raise PermissionDenied
    if confirmation.strip() != organization.name:
        raise InvalidInputError(gettext_noop("Type the organization's name exactly as it is."), field="confirmation")
    Organization.objects.select_for_update().get(pk=organization.pk)
    keys = DataKey.objects.filter(organization=organization, destroyed_at=None)
    doomed = Blob.objects.filter(owner=organization, lost=False)
    if not keys.exists() and not doomed.exists():
        raise DomainError(gettext_noop("%(organization)s has no files and no key."), organization=organization.name)
    signals.keys_destroyed.send(sender=DataKey, organization=organization, actor=actor)
    now = timezone.now()
    keys.filter(retired_at=None).update(retired_at=now)
    keys.update(destroyed_at=now, wrapped=b"")
    count = doomed.update(lost=True)
    text = gettext_noop(
        "%(person)s destroyed the keys of %(organization)s: %(count)s files can never be read again, by anybody."
    )
    keyring.note(organization, "destroyed", text, actor=actor, person=str(actor), count=count)
    send_on_commit("repositories.remove_lost", organization.pk)
    return count


def remove_lost(organization: Organization) -> int:
    """Take away the files that nobody can read any more, and those that lay plain; how many. May be repeated."""
    lost = Blob.objects.filter(owner=organization, lost=True)
    names = {blob.storage_name for blob in lost.filter(key=None)} - {
        blob.storage_name for blob in Blob.objects.filter(owner=organization, lost=False, key=None)
    }
    for key in DataKey.objects.filter(organization=organization, destroyed_at__isnull=False):
        names.update(raw.names_in(f"organizations/{organization.pk}/key-{key.pk}"))
    for name in names:
        raw.remove(name)
    return len(names)


def remove_all_lost() -> int:
    """For organizations whose task was lost: files that are still there although their key is not."""
    owners = Organization.objects.filter(blobs__lost=True).distinct()
    return sum(remove_lost(owner) for owner in owners)
