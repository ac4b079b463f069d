"""A doctored log is found, and the database refuses to have it doctored."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from chainhub.accounts.models import User
from chainhub.activity import guards
from chainhub.activity.models import AuditEvent, AuditHead, AuditMark
from chainhub.activity.services import record
from chainhub.activity.verifying import check_log
from chainhub.core.sentences import sentence


@pytest.fixture
def unguarded(db: None) -> None:
    """Whoever owns the database takes its guards away first."""
    guards.remove(connection)


@pytest.fixture
def events(unguarded: None, alice: User) -> list[AuditEvent]:
    return [act(alice, name) for name in "ABCD"]


def act(user: User | None, name: str) -> AuditEvent:
    said = sentence("%(person)s did it.", person=name)
    return record("test.done", said, actor=user, topics=["organization:1", "job:2"])


def doctor(event: AuditEvent, **changes: Any) -> None:
    assert AuditEvent.objects.filter(pk=event.pk).update(**changes) == 1


def remove(event: AuditEvent) -> None:
    AuditMark.objects.filter(event=event).delete()
    AuditEvent.objects.filter(pk=event.pk)._raw_delete("default")


def swap(one: AuditEvent, other: AuditEvent) -> None:
    """Both rows whole, marks and hashes included, each at the other's place."""
    columns = ("at", "actor_id", "actor_label", "verb", "sentence", "target_url", "topics", "previous_hash")
    first, second = ({name: getattr(each, name) for name in columns} for each in (one, other))
    doctor(one, **second, hash="moving")
    doctor(other, **first, hash=one.hash)
    doctor(one, hash=other.hash)


DOCTORED: dict[str, Callable[[list[AuditEvent]], object]] = {
    "text": lambda rows: doctor(rows[1], sentence=sentence("%(person)s did nothing.", person="B")),
    "words": lambda rows: doctor(rows[1], sentence=sentence("%(person)s did it.", person="Mallory")),
    "actor": lambda rows: doctor(rows[1], actor=None),
    "name": lambda rows: doctor(rows[1], actor_label="Mallory"),
    "time": lambda rows: doctor(rows[1], at=rows[1].at - timedelta(days=1)),
    "verb": lambda rows: doctor(rows[1], verb="test.undone"),
    "address": lambda rows: doctor(rows[1], target_url="/elsewhere/"),
    "topics": lambda rows: doctor(rows[1], topics=["job:2"]),
    "topics forgotten": lambda rows: doctor(rows[1], topics=None),
    "hash": lambda rows: doctor(rows[1], hash="0" * 64),
    "order": lambda rows: swap(rows[1], rows[2]),
    "hidden": lambda rows: AuditMark.objects.filter(event=rows[1], topic="organization:1").delete(),
    "refiled": lambda rows: AuditMark.objects.filter(event=rows[1], topic="job:2").update(topic="job:3"),
    "shown around": lambda rows: AuditMark.objects.create(event=rows[1], topic="organization:9"),
}


@pytest.mark.parametrize("how", DOCTORED)
def test_a_doctored_row_is_named(how: str, events: list[AuditEvent]) -> None:
    assert check_log().breach is None
    DOCTORED[how](events)
    breach = check_log().breach
    assert breach is not None
    assert breach.number == events[1].pk
    assert str(events[1].pk) in str(breach)


def test_a_row_written_anew_with_a_fitting_hash_breaks_the_next(events: list[AuditEvent]) -> None:
    forged = events[1]
    forged.actor_label = "Mallory"
    doctor(forged, actor_label="Mallory", hash=forged.computed_hash())
    breach = check_log().breach
    assert breach is not None
    assert breach.number == events[2].pk


def test_a_row_gone_from_the_middle_breaks_the_next(events: list[AuditEvent]) -> None:
    remove(events[1])
    breach = check_log().breach
    assert breach is not None
    assert breach.number == events[2].pk


def test_an_end_that_was_cut_off_is_found(events: list[AuditEvent]) -> None:
    remove(events[3])
    breach = check_log().breach
    assert breach is not None
    assert breach.number == events[2].pk
    assert "cut off" in str(breach)


def test_a_log_that_was_emptied_is_found(events: list[AuditEvent]) -> None:
    for event in events:
        remove(event)
    assert check_log().breach is not None


def test_a_foreign_row_at_the_end_is_found(events: list[AuditEvent]) -> None:
    forged = AuditEvent(at=timezone.now(), verb="test.forged", sentence=sentence("X"), topics=[])
    forged.previous_hash = events[3].hash
    forged.hash = forged.computed_hash()
    forged.save()
    assert check_log().breach is not None


def test_a_chain_written_anew_is_told_by_a_hash_that_was_noted(events: list[AuditEvent]) -> None:
    noted = events[3].hash
    assert check_log(noted=noted).breach is None
    remove(events[3])
    AuditHead.objects.update(hash=events[2].hash)
    assert check_log().breach is None  # nothing inside of the database can tell
    assert check_log(noted=noted).breach is not None


def test_rows_from_before_topics_were_hashed_stay_good(unguarded: None, alice: User) -> None:
    old = AuditEvent(at=timezone.now(), actor=alice, actor_label="Alice", verb="test.old", sentence=sentence("Old."))
    old.hash = old.computed_hash()
    old.save()
    AuditMark.objects.create(event=old, topic="organization:1")
    AuditHead.objects.update_or_create(pk=1, defaults={"hash": old.hash})
    act(alice, "A")
    assert (check_log().count, check_log().breach) == (2, None)
    doctor(old, topics=["organization:1"])
    breach = check_log().breach
    assert breach is not None
    assert breach.number == old.pk


def test_the_command_prints_a_hash_to_keep(events: list[AuditEvent], capsys: pytest.CaptureFixture[str]) -> None:
    guards.install(connection)
    call_command("verify_audit", noted=events[1].hash)
    printed = capsys.readouterr()
    assert "4 entries" in printed.out
    assert events[3].hash in printed.out
    assert printed.err == ""


def test_the_command_ends_with_1_and_names_the_row(events: list[AuditEvent]) -> None:
    doctor(events[2], actor_label="Mallory")
    with pytest.raises(CommandError, match=f"Entry {events[2].pk} ") as ended:
        call_command("verify_audit")
    assert ended.value.returncode == 1


def test_the_command_tells_that_guards_are_gone(
    events: list[AuditEvent], capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    call_command("verify_audit")
    assert "activity_auditevent_no_update" in capsys.readouterr().err


def test_migrations_leave_every_guard_standing(lost_guards: list[str]) -> None:
    assert lost_guards == []


@pytest.mark.parametrize(
    "change",
    [
        lambda event: AuditEvent.objects.filter(pk=event.pk).update(actor_label="Mallory"),
        lambda event: AuditEvent.objects.filter(pk=event.pk)._raw_delete("default"),
        lambda event: AuditMark.objects.filter(event=event).update(topic="job:3"),
        lambda event: AuditMark.objects.filter(event=event).delete(),
    ],
    ids=["update", "delete", "refile", "hide"],
)
def test_the_database_refuses(alice: User, change: Callable[[AuditEvent], object]) -> None:
    guards.install(connection)
    event = act(alice, "A")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        change(event)
    assert check_log().breach is None
