"""The event stream: who may listen, and that nothing is missed."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, StreamingHttpResponse
from django.test import RequestFactory

from chainhub.core import live
from chainhub.core.valkey import EmbeddedValkey
from chainhub.web.views.live import events
from tests.hub.jobs.conftest import job, ours, theirs

__all__ = ["job", "ours", "theirs"]


def ask(user: Any, query: str, **headers: str) -> Any:
    request = RequestFactory().get(f"/events?{query}", headers=headers)
    request.user = user
    return events(request)


@pytest.fixture
def valkey(tmp_path: Path, settings: Any) -> Iterator[EmbeddedValkey]:
    server = EmbeddedValkey(tmp_path)
    server.start()
    settings.LIVE_URL = f"{server.url}?db=2"
    yield server
    server.stop()


class Heard:
    """A stream that is read piece by piece."""

    def __init__(self, answer: StreamingHttpResponse) -> None:
        self._pieces: AsyncIterator[Any] = answer.streaming_content.__aiter__()  # type: ignore[union-attr]
        self.last_id = ""

    async def next(self) -> dict[str, Any]:
        """The next event with data; `last_id` is what a browser would send back."""
        while True:
            piece = (await asyncio.wait_for(anext(self._pieces), 5)).decode()
            fields = dict(line.split(": ", 1) for line in piece.strip().splitlines() if not line.startswith(":"))
            self.last_id = fields.get("id", self.last_id)
            if "data" in fields:
                return {"event": fields["event"], **json.loads(fields["data"])}


def test_redis_that_is_away_holds_nobody_up(settings: Any) -> None:
    settings.LIVE_URL = "unix:///nowhere/valkey.sock?db=2"
    live.publish("job:1", "state")
    settings.LIVE_URL = ""
    live.publish("job:1", "state")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("topics", ["", "job:999", "job:x", "nonsense:1", "user:999", "job:", "nodes:1"])
def test_what_does_not_exist_cannot_be_listened_to(alice: Any, topics: str) -> None:
    with pytest.raises(Http404):
        asyncio.run(ask(alice, f"topics={topics}"))


@pytest.mark.django_db(transaction=True)
def test_only_those_who_see_the_thing_may_listen(job: Any, alice: Any, carol: Any) -> None:
    topics = f"topics={job.topic},{job.collaboration.topic},{job.organization.topic},nodes"
    assert asyncio.run(ask(alice, topics)).status_code == 204, "without Redis there is nothing to hear"
    for user in (carol, AnonymousUser()):
        with pytest.raises(Http404):
            asyncio.run(ask(user, topics))


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_a_browser_that_was_away_misses_nothing(job: Any, alice: Any, valkey: EmbeddedValkey) -> None:
    async def listen() -> None:
        live.publish(job.topic, "state", status="queued")
        first = Heard(await ask(alice, f"topics=nodes,{job.topic}"))
        assert (await first.next())["status"] == "queued"
        live.publish("nodes", "load", node=1)
        assert (await first.next())["event"] == "load"
        for step in range(300):  # more than may wait in its queue
            live.publish(job.topic, "metrics", points=[step])
        again = Heard(await ask(alice, f"topics=nodes,{job.topic}", last_event_id=first.last_id))
        for stream in (first, again):
            assert [(await stream.next())["points"][0] for _ in range(300)] == list(range(300))

    asyncio.run(listen())


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_the_stream_heals_when_redis_restarts(job: Any, alice: Any, valkey: EmbeddedValkey) -> None:
    async def listen() -> None:
        stream = Heard(await ask(alice, f"topics={job.topic}"))
        live.publish(job.topic, "state", status="queued")
        await stream.next()
        await asyncio.to_thread(valkey.stop)
        waits = asyncio.create_task(stream.next())
        await asyncio.sleep(0.5)
        await asyncio.to_thread(valkey.start)
        for _ in range(20):
            live.publish(job.topic, "state", status="running")
            await asyncio.sleep(0.2)
            if waits.done():
                break
        assert (await waits)["status"] == "running"

    asyncio.run(listen())


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_sentences_come_in_the_readers_language_and_lost_rights_end_the_stream(
    job: Any, alice: Any, anvil: Any, valkey: EmbeddedValkey, monkeypatch: Any
) -> None:
    async def listen() -> None:
        stream = Heard(await ask(alice, f"topics={job.topic}"))
        said = {"text": "Run %(number)s failed.", "params": {"number": 3}}
        live.publish(job.topic, "log", level="info", sentence=said)
        assert (await stream.next())["text"] == "Run 3 failed."
        await asyncio.to_thread(_leave, alice, anvil)
        live.publish(f"user:{alice.pk}", "revoked")
        assert (await stream.next())["event"] == "closed"

    asyncio.run(listen())


def _leave(user: Any, organization: Any) -> None:
    from django.db import connections

    organization.memberships.filter(user=user).delete()
    connections.close_all()
