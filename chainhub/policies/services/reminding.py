"""Whoever took data along is reminded when the days are over after which copies are deleted."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from chainhub.accounts.models import User
from chainhub.activity.models import AuditEvent
from chainhub.activity.services import notify
from chainhub.datasets.models import Grant
from chainhub.datasets.reads import Asked, Read, reader_in, reads_of
from chainhub.organizations.models import Organization
from chainhub.organizations.permissions import MANAGERS
from chainhub.organizations.services import members_of
from chainhub.policies.duties import reminder

# So long after the day a reminder is still sent, should the hub have stood still; shorter than notices are kept, by
# which the hub knows whom it has told.
LATE = timedelta(days=60)


@transaction.atomic
def remind_to_delete(*, at: datetime | None = None) -> int:
    """A notice for each person, dataset and day of download whose time is over; told once, however often it looks.

    `at`: as things stand at a moment; None: now.
    """
    held = Grant.objects.filter(terms__has_key="delete_after_days", allows_download=True)
    now = at or timezone.now()
    return sum(_remind(grant, now) for grant in held.select_related("dataset__organization").order_by("pk"))


def whom_to_remind(person: User, organization: Organization) -> list[User]:
    """The person; where they have left, those who manage the organization: the duty is its own."""
    if organization.memberships.filter(user=person).exists():
        return [person]
    return list(members_of(organization, *MANAGERS))


def _remind(grant: Grant, now: datetime) -> int:
    days = grant.terms["delete_after_days"]
    if days is None or timedelta(days=days) > now - grant.created_at:
        return 0
    until = now - timedelta(days=days)
    asked = Asked(kind=Read.DOWNLOAD, since=max(grant.created_at, until - LATE), until=until)
    events = reads_of(grant.dataset, asked)
    if grant.revoked_at is not None:
        events = events.filter(at__lt=grant.revoked_at)
    return sum(_told(grant, event, days) for event in events.select_related("actor"))


def _told(grant: Grant, event: AuditEvent, days: int) -> int:
    reader = Organization.objects.get(pk=reader_in(event, grant.dataset))
    if event.actor is None or not _under(grant, reader, event.at):
        return 0
    dataset = grant.dataset
    said = reminder(event.actor, dataset.name, dataset.organization, at=event.at, days=days)
    url = f"{dataset.get_absolute_url()}#taken-{event.at:%Y-%m-%d}"
    return len(notify(whom_to_remind(event.actor, reader), "duty.delete-copies", said, url=url, once=True))


def _under(grant: Grant, reader: Organization, at: datetime) -> bool:
    """Whether the organization took it under this grant: one to it alone goes before the one to all participants."""
    if reader == grant.dataset.organization:
        return False
    if grant.organization_id is not None:
        return grant.organization_id == reader.pk
    there = grant.collaboration.participants.filter(organization=reader).exists()
    own = Grant.objects.active_at(at).filter(dataset=grant.dataset, collaboration=grant.collaboration)
    return there and not own.filter(organization=reader).exists()
