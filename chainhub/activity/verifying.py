"""Recomputing the chain of the audit log: what was changed, reordered or taken away behind the hub's back."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext_noop

from chainhub.activity.models import AuditEvent, AuditHead
from chainhub.core.sentences import Sentence, render, sentence

AT_ONCE = 2_000

CHANGED = gettext_noop("Entry %(number)s is not what was written: its words, person, time or topics were changed.")
MOVED = gettext_noop("Entry %(number)s does not follow from the one before: entries were removed, added or reordered.")
FILED = gettext_noop("Entry %(number)s is filed under other topics than were written.")
CUT = gettext_noop("The log ends at entry %(number)s, but later entries were written: its end was cut off.")
UNKNOWN = gettext_noop("The hash that was noted is not in the log: what followed it, or all of it, was written anew.")


@dataclass(frozen=True)
class Breach:
    """The first place where the log is not what the hub wrote. `number` is the entry's; 0 where there is none."""

    number: int
    what: Sentence

    def __str__(self) -> str:
        return render(self.what)


@dataclass(frozen=True)
class Checked:
    """The outcome: how many entries were looked at, the hash they end with, and the breach if there is one."""

    count: int
    head: str
    breach: Breach | None


def check_log(*, noted: str = "") -> Checked:
    """Look at every entry, oldest first. `noted` is a hash seen earlier, which must still be in the chain.

    A person who owns the database can write the whole chain anew; only a hash that was noted elsewhere tells then.
    """
    previous, last, count, seen = "", 0, 0, not noted
    while True:
        # The head is read before the rows: entries that arrive meanwhile are looked at in another round.
        head = AuditHead.objects.filter(pk=1).values_list("hash", flat=True).first() or ""
        fresh = 0
        for event in _after(last):
            if breach := _breach_at(event, previous):
                return Checked(count, previous, breach)
            previous, last = event.hash, event.pk
            seen = seen or event.hash == noted
            fresh += 1
        count += fresh
        if not fresh:
            break
    if head != previous:
        return Checked(count, previous, Breach(last, sentence(CUT, number=last)))
    return Checked(count, previous, None if seen else Breach(0, sentence(UNKNOWN)))


def _after(last: int) -> Iterator[AuditEvent]:
    events = AuditEvent.objects.filter(pk__gt=last).order_by("pk").prefetch_related("marks")
    return iter(events.iterator(chunk_size=AT_ONCE))


def _breach_at(event: AuditEvent, previous: str) -> Breach | None:
    if event.hash != event.computed_hash():
        return Breach(event.pk, sentence(CHANGED, number=event.pk))
    if event.previous_hash != previous:
        return Breach(event.pk, sentence(MOVED, number=event.pk))
    if event.topics is not None and sorted(mark.topic for mark in event.marks.all()) != event.topics:
        return Breach(event.pk, sentence(FILED, number=event.pk))
    return None
