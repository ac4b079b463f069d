"""The audit log (append-only, hash-chained) and each person's notices."""

import hashlib
import json
from typing import Any, NoReturn

from django.conf import settings
from django.db import models

from chainhub.activity.verbs import name_of
from chainhub.core.sentences import render


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    """Reads of the audit log; who may read which topic is asked by the floors that know the topics."""

    def on_topics(self, topics: list[str]) -> "AuditEventQuerySet":
        return self.filter(marks__topic__in=topics).distinct()


class AuditEvent(models.Model):
    """One act, as it happened. `hash` covers the row and the hash before it, so that no row can be changed unseen.

    `topics` are hashed with it; the marks repeat them, to be looked up by.
    """

    at = models.DateTimeField(db_index=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    actor_label = models.CharField(max_length=200, blank=True)
    verb = models.CharField(max_length=60, db_index=True, help_text="dotted, e.g. dataset.withdrawn")
    sentence = models.JSONField(help_text="text and params")
    target_url = models.CharField(max_length=300, blank=True)
    topics = models.JSONField(
        null=True, help_text="whom it concerns, as it was written; null in rows from before topics were hashed"
    )
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64, unique=True)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.verb}"

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("The audit log is append-only.")

    @property
    def text(self) -> str:
        return render(self.sentence)

    @property
    def act(self) -> str:
        return name_of(self.verb)

    def hashed_text(self) -> str:
        """Exactly what the hash is of, as JSON: whoever has this text can compute it anew."""
        row = [
            self.previous_hash,
            self.at.isoformat(),
            self.actor_id,
            self.actor_label,
            self.verb,
            self.sentence,
            self.target_url,
            *([] if self.topics is None else [self.topics]),
        ]
        return json.dumps(row, sort_keys=True, ensure_ascii=False)

    def computed_hash(self) -> str:
        return hashlib.sha256(self.hashed_text().encode()).hexdigest()


class AuditMark(models.Model):
    """What an audit event is about: `organization:3`, `collaboration:2`, `dataset:5`, `job:12`, `model:4`."""

    event = models.ForeignKey(AuditEvent, on_delete=models.PROTECT, related_name="marks")
    topic = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["topic", "event"], name="one_mark_per_topic")]

    def __str__(self) -> str:
        return self.topic


class AuditHead(models.Model):
    """The end of the chain: one row, locked while an event is added, so that the chain never forks."""

    hash = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return self.hash


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Reads of notices."""

    def visible_to(self, user: Any) -> "NoticeQuerySet":
        return self.filter(user=user) if user.is_authenticated else self.none()

    def unread(self) -> "NoticeQuerySet":
        return self.filter(read_at=None)


class Notice(models.Model):
    """One person's news."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    at = models.DateTimeField(auto_now_add=True, db_index=True)
    kind = models.CharField(max_length=60, help_text="dotted, e.g. model.published")
    sentence = models.JSONField()
    url = models.CharField(max_length=300, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["user", "read_at"])]

    def __str__(self) -> str:
        return render(self.sentence)

    @property
    def text(self) -> str:
        return render(self.sentence)
