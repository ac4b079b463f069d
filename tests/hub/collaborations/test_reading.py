"""What of the audit log a person reads."""

from chainhub.accounts.models import User
from chainhub.activity.models import AuditEvent
from chainhub.collaborations import services
from chainhub.collaborations.models import Collaboration
from chainhub.collaborations.reading import filtered, topics_of, visible_events
from chainhub.organizations.models import Organization


def seen_by(user: User, **asked: str) -> list[str]:
    topics = topics_of(user)
    return [event.verb for event in filtered(visible_events(topics), asked, topics)]


def test_participants_read_the_acts_of_their_collaboration(alliance: Collaboration, alice: User, bob: User) -> None:
    services.change_collaboration(alliance, actor=alice, name="N", goal="G")
    assert seen_by(bob) == ["collaboration.changed"]
    assert seen_by(alice, verb="collab", person=str(alice.pk)) == ["collaboration.changed"]
    assert seen_by(alice, verb="dataset") == []


def test_an_outsider_reads_nothing_even_by_topic(alliance: Collaboration, alice: User, carol: User) -> None:
    services.change_collaboration(alliance, actor=alice, name="N", goal="G")
    assert seen_by(carol, topic=alliance.topic) == []


def test_days_bound_the_log(alliance: Collaboration, alice: User, anvil: Organization) -> None:
    services.change_collaboration(alliance, actor=alice, name="N", goal="G")
    today = AuditEvent.objects.get().at.date().isoformat()
    assert len(seen_by(alice, since=today, until=today)) == 1
    assert seen_by(alice, until="2020-01-01") == []
    assert len(seen_by(alice, since="nonsense", until="2020-99-99")) == 1
