"""What of the audit log a person may read: the topics of the person's organizations and collaborations."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date

from chainhub.accounts.models import User
from chainhub.activity.models import AuditEvent, AuditMark
from chainhub.collaborations.models import Collaboration
from chainhub.organizations.models import Organization

LONGEST_NUMBER = 18  # digits of the largest key a database holds


def topics_of(user: User) -> dict[str, str]:
    """Every topic that concerns the person, by its name: organizations, collaborations now joined, and the person."""
    mine = list(Organization.objects.of(user).order_by("name"))
    joined = Collaboration.objects.joined_by(mine).order_by("name")
    return {
        **{one.topic: one.name for one in mine},
        **{one.topic: one.name for one in joined},
        f"user:{user.pk}": str(user),
    }


def visible_events(topics: Any) -> QuerySet[AuditEvent]:
    """The events on any of the topics, newest first."""
    marked = AuditMark.objects.filter(topic__in=list(topics))
    return AuditEvent.objects.filter(pk__in=marked.values("event")).order_by("-pk")


def filtered(events: QuerySet[AuditEvent], asked: Mapping[str, str], topics: dict[str, str]) -> QuerySet[AuditEvent]:
    """`verb` (its beginning), `person` (id), `since` and `until` (days), `topic` (one of the person's own)."""
    if (topic := asked.get("topic", "")) in topics:
        events = events.filter(pk__in=AuditMark.objects.filter(topic=topic).values("event"))
    if verb := asked.get("verb", "").replace("\x00", ""):
        events = events.filter(verb__startswith=verb)
    if (person := asked.get("person", "")).isdecimal() and len(person) <= LONGEST_NUMBER:
        events = events.filter(actor=int(person))
    if since := _day(asked.get("since", "")):
        events = events.filter(at__gte=since)
    if until := _day(asked.get("until", "")):
        events = events.filter(at__lt=until + timedelta(days=1))
    return events


def _day(text: str) -> datetime | None:
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return timezone.make_aware(datetime.combine(day, time.min)) if day else None
