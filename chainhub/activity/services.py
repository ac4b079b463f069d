"""Recording what happened and telling people."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from chainhub.accounts.models import User
from chainhub.activity.models import AuditEvent, AuditHead, AuditMark, Notice
from chainhub.core.live import publish_on_commit
from chainhub.core.sentences import Sentence


@transaction.atomic
def record(
    verb: str, sentence: Sentence, *, actor: User | None, topics: Iterable[str], target_url: str = ""
) -> AuditEvent:
    """Append one act to the audit log. `topics` say whom it concerns (`organization:3`, `job:12`, …).

    Call it last in a transaction: the head of the chain stays locked until the commit.
    """
    AuditHead.objects.get_or_create(pk=1)
    head = AuditHead.objects.select_for_update().get(pk=1)
    event = AuditEvent(
        at=timezone.now(),
        actor=actor,
        actor_label=str(actor) if actor else "",
        verb=verb,
        sentence=sentence,
        target_url=target_url,
        topics=sorted(set(topics)),
        previous_hash=head.hash,
    )
    event.hash = event.computed_hash()
    event.save(force_insert=True)
    AuditMark.objects.bulk_create([AuditMark(event=event, topic=topic) for topic in event.topics or []])
    head.hash = event.hash
    head.save(update_fields=["hash"])
    return event


def notify(users: Iterable[User], kind: str, sentence: Sentence, *, url: str = "", once: bool = False) -> list[Notice]:
    """Put one notice into each person's inbox. With `once`, nobody gets the same notice (kind and url) twice."""
    people = {user.pk: user for user in users if user.is_active}
    if once:
        told = Notice.objects.filter(user__in=people, kind=kind, url=url).values_list("user_id", flat=True)
        people = {pk: user for pk, user in people.items() if pk not in set(told)}
    for pk in people:
        publish_on_commit(f"user:{pk}", "notice", notice=kind)
    return Notice.objects.bulk_create(
        [Notice(user=user, kind=kind, sentence=sentence, url=url) for user in people.values()]
    )


def mark_read(user: User, *, notices: Iterable[int] | None = None) -> int:
    """Mark the person's notices as read (all of them where none are named); the number that changed."""
    unread = Notice.objects.visible_to(user).unread()
    if notices is not None:
        unread = unread.filter(pk__in=list(notices))
    changed = unread.update(read_at=timezone.now())
    if changed:
        publish_on_commit(f"user:{user.pk}", "notice", read=changed)
    return changed


def forget_old_notices(*, days: int = 365) -> int:
    """Delete read notices older than `days`; the audit log keeps the facts."""
    old: Any = Notice.objects.filter(read_at__lt=timezone.now() - timedelta(days=days))
    return int(old.delete()[0])
