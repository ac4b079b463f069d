"""The chain of the audit log, and notices."""

import pytest

from chainhub.accounts.models import User
from chainhub.activity import services
from chainhub.activity.models import AuditEvent, Notice
from chainhub.activity.verifying import check_log
from chainhub.core.sentences import sentence


def act(user: User, name: str) -> AuditEvent:
    said = sentence("%(person)s did it.", person=name)
    return services.record("test.done", said, actor=user, topics=["organization:1", "organization:1", "job:2"])


def test_each_entry_follows_from_the_one_before(alice: User) -> None:
    first, second = act(alice, "A"), act(alice, "B")
    assert first.previous_hash == ""
    assert second.previous_hash == first.hash
    assert second.marks.count() == 2
    assert check_log().breach is None


def test_an_entry_refuses_to_be_deleted(alice: User) -> None:
    with pytest.raises(TypeError):
        act(alice, "A").delete()


def test_notices_reach_active_people_once(alice: User, bob: User) -> None:
    bob.is_active = False
    services.notify([alice, alice, bob], "test.news", sentence("News."), url="/x/", once=True)
    services.notify([alice], "test.news", sentence("News."), url="/x/", once=True)
    assert [(notice.user, notice.text) for notice in Notice.objects.all()] == [(alice, "News.")]


def test_reading_marks_ones_own_only(alice: User, bob: User) -> None:
    services.notify([alice, bob], "test.news", sentence("News."))
    of_bob = Notice.objects.get(user=bob)
    assert services.mark_read(alice, notices=[of_bob.pk]) == 0
    assert services.mark_read(alice) == 1
    assert Notice.objects.visible_to(bob).unread().count() == 1
