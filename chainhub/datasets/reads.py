"""Who read the data of a dataset: the audit log's events of views, downloads and trainings, for its owner."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db import models
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from chainhub.activity.models import AuditEvent, AuditMark
from chainhub.datasets.models import Dataset
from chainhub.datasets.permissions import granted_to
from chainhub.organizations.models import Organization


class Read(models.TextChoices):
    """In which way data was read."""

    VIEW = "view", _("Viewed")
    DOWNLOAD = "download", _("Downloaded")
    TRAINING = "training", _("Trained on")


VERBS = {
    Read.VIEW: ("dataset.rows_viewed",),
    Read.DOWNLOAD: ("dataset.file_downloaded", "dataset.rows_downloaded"),
    Read.TRAINING: ("dataset.trained",),
}
KINDS = {verb: kind for kind, verbs in VERBS.items() for verb in verbs}
PREFIX = "organization:"


@dataclass(frozen=True)
class Asked:
    """What the owner wants to see; empty where it is all the same."""

    kind: str = ""
    organization: str = ""  # slug
    since: datetime | None = None
    until: datetime | None = None  # up to but without

    @property
    def narrows(self) -> bool:
        return bool(self.kind or self.organization or self.since or self.until)


def asked_in(query: Mapping[str, Any]) -> Asked:
    """`?read=download&organization=anvil&since=2026-01-01&until=2026-01-31`, days included; nonsense is left out."""
    until = _day(query.get("until") or "")
    kind = query.get("read") or ""
    return Asked(
        kind=kind if kind in Read.values else "",
        organization=(query.get("organization") or "").replace("\x00", "")[:80],
        since=_day(query.get("since") or ""),
        until=until + timedelta(days=1) if until else None,
    )


def reads_of(dataset: Dataset, asked: Asked | None = None) -> QuerySet[AuditEvent]:
    """Newest first. The caller has asked whether the person may know."""
    asked = asked or Asked()
    verbs = VERBS[Read(asked.kind)] if asked.kind else tuple(KINDS)
    marked = AuditEvent.objects.filter(verb__in=verbs, pk__in=_marked(dataset.topic))
    events: QuerySet[AuditEvent] = marked.order_by("-pk")
    if asked.since:
        events = events.filter(at__gte=asked.since)
    if asked.until:
        events = events.filter(at__lt=asked.until)
    if asked.organization:
        events = _by_organization(events, dataset, asked.organization)
    return events.prefetch_related("marks")


def readers_of(dataset: Dataset) -> list[Organization]:
    """Organizations that read it at any time, its owner among them if it did."""
    events = reads_of(dataset).order_by().values("pk")
    topics = AuditMark.objects.filter(event__in=events, topic__startswith=PREFIX).values_list("topic", flat=True)
    keys = [int(topic.removeprefix(PREFIX)) for topic in set(topics)]
    return list(Organization.objects.filter(pk__in=keys).order_by("name"))


def reader_in(event: AuditEvent, dataset: Dataset) -> int:
    """The key of the organization that read: the one marked beside the owner, else the owner itself."""
    marked = [mark.topic for mark in event.marks.all() if mark.topic.startswith(PREFIX)]
    others = [topic for topic in marked if topic != dataset.organization.topic]
    return int((others or [dataset.organization.topic])[0].removeprefix(PREFIX))


def reading_for(user: Any, dataset: Dataset, **allows: bool) -> Organization:
    """In whose name a person reads: the owner's, else that of theirs which a grant lets (`allows_rows`, …)."""
    mine = list(Organization.objects.of(user).order_by("memberships__created_at", "pk"))
    if dataset.organization in mine or not mine:
        return dataset.organization
    granted = granted_to(user, dataset, **allows)
    return next((one for one in mine if one in granted), mine[0])


def _by_organization(events: QuerySet[AuditEvent], dataset: Dataset, slug: str) -> QuerySet[AuditEvent]:
    organization = Organization.objects.filter(slug=slug).first()
    if organization is None:
        return events.none()
    if organization != dataset.organization:
        return events.filter(pk__in=_marked(organization.topic))
    others = AuditMark.objects.filter(topic__startswith=PREFIX).exclude(topic=organization.topic)
    return events.exclude(pk__in=others.values("event"))


def _marked(topic: str) -> Any:
    return AuditMark.objects.filter(topic=topic).values("event")


def _day(text: str) -> datetime | None:
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return timezone.make_aware(datetime.combine(day, time.min)) if day else None
