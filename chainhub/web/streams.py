"""Live news from Redis to the browsers of this process: one reader, any number of watchers.

A watcher knows for each of its topics the last piece of news it passed on. It first takes what the stream still holds
after that, then what the reader hands it. A watcher that is too slow loses its queue, not its place: it takes from the
stream again. So nothing is missed as long as the stream holds it, whoever was away: the browser, this process, Redis.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import redis.asyncio as redis
from django.conf import settings
from redis.exceptions import RedisError

from chainhub.core.live import key_of

logger = logging.getLogger(__name__)

BEGINNING = "0-0"
AT_ONCE = 200  # pieces of news a watcher may have waiting
BLOCK_MS = 250  # how long a new topic may wait until the reader asks for it too
GONE = (RedisError, OSError)


@dataclass(frozen=True)
class News:
    """One entry of a topic's stream."""

    topic: str
    id: str
    kind: str
    data: str


def order(entry_id: str) -> tuple[int, int]:
    """Stream ids compare as two numbers."""
    milliseconds, _, sequence = entry_id.partition("-")
    return int(milliseconds), int(sequence or 0)


@dataclass(eq=False)
class Watcher:
    """One browser's stream: where it stands on each topic, and what waits for it."""

    cursors: dict[str, str]
    waiting: list[News] = field(default_factory=list)
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    behind: bool = True  # it has to take from the streams what the reader has not handed to it

    def hand(self, news: News) -> None:
        if len(self.waiting) < AT_ONCE:
            self.waiting.append(news)
        else:
            self.fall_behind()
        self.wake.set()

    def fall_behind(self) -> None:
        self.waiting.clear()
        self.behind = True
        self.wake.set()

    def is_new(self, news: News) -> bool:
        """Whether the news comes after what was passed on; if so it counts as passed on from now."""
        if order(news.id) <= order(self.cursors[news.topic]):
            return False
        self.cursors[news.topic] = news.id
        return True


class Reader:
    """The one loop of this process (of one event loop) that reads Redis."""

    def __init__(self, url: str) -> None:
        self._redis: Any = redis.Redis.from_url(
            url, decode_responses=True, protocol=2, socket_timeout=5, socket_connect_timeout=2
        )
        self._watchers: dict[str, set[Watcher]] = {}
        self._places: dict[str, str] = {}
        self._loop: asyncio.Task[None] | None = None

    async def watch(self, cursors: dict[str, str], *, pause: float) -> AsyncIterator[News | None]:
        """News after the cursors for as long as the caller listens; None whenever `pause` seconds were silent."""
        watcher = Watcher(dict(cursors))
        self._join(watcher)
        try:
            while True:
                if watcher.behind:
                    async for news in self._missed(watcher):
                        yield news
                if not watcher.waiting and not watcher.behind:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(watcher.wake.wait(), pause)
                watcher.wake.clear()
                waiting, watcher.waiting = watcher.waiting, []
                for news in waiting:
                    if watcher.is_new(news):
                        yield news
                if not waiting:
                    yield None
        finally:
            self._leave(watcher)

    def _join(self, watcher: Watcher) -> None:
        for topic in watcher.cursors:
            self._watchers.setdefault(topic, set()).add(watcher)
        if self._loop is None or self._loop.done():
            self._loop = asyncio.create_task(self._read_all())

    def _leave(self, watcher: Watcher) -> None:
        for topic in watcher.cursors:
            self._watchers[topic].discard(watcher)
            if not self._watchers[topic]:
                del self._watchers[topic]
                self._places.pop(topic, None)

    async def _missed(self, watcher: Watcher) -> AsyncIterator[News]:
        """What the streams hold after the watcher's place."""
        try:
            watcher.behind = False
            for topic in list(watcher.cursors):
                for entry_id, fields in await self._redis.xrange(key_of(topic), f"({watcher.cursors[topic]}"):
                    news = _news(topic, entry_id, fields)
                    if watcher.is_new(news):
                        yield news
        except GONE:
            watcher.behind = True
            await asyncio.sleep(1)

    async def _read_all(self) -> None:
        while self._watchers:
            try:
                await self._find_places()
                await self._read_once()
            except GONE as error:
                logger.warning("live news pauses: %s", error)
                await self._pause()

    async def _find_places(self) -> None:
        """A topic that is new here is read from its present end on; its watchers take what came before by themselves.

        Each of them is sent back to the stream once, because it may have looked before this place was found.
        """
        for topic in [topic for topic in self._watchers if topic not in self._places]:
            last = await self._redis.xrevrange(key_of(topic), count=1)
            self._places[topic] = last[0][0] if last else BEGINNING
            for watcher in self._watchers.get(topic, ()):
                watcher.fall_behind()

    async def _read_once(self) -> None:
        keys = {key_of(topic): place for topic, place in self._places.items()}
        if not keys:
            return
        for key, entries in await self._redis.xread(keys, count=500, block=BLOCK_MS) or ():
            topic = key.removeprefix(key_of(""))
            for entry_id, fields in entries:
                self._hand_out(_news(topic, entry_id, fields))

    def _hand_out(self, news: News) -> None:
        if news.topic in self._places:
            self._places[news.topic] = news.id
        for watcher in self._watchers.get(news.topic, ()):
            watcher.hand(news)

    async def _pause(self) -> None:
        """Redis is away. It may come back without what it held, so places are looked up anew."""
        self._places.clear()
        await asyncio.sleep(0.5)


def _news(topic: str, entry_id: str, fields: dict[str, str]) -> News:
    return News(topic, entry_id, fields.get("kind", ""), fields.get("data", ""))


_readers: WeakKeyDictionary[asyncio.AbstractEventLoop, Reader] = WeakKeyDictionary()


def reader() -> Reader:
    """This event loop's reader."""
    loop = asyncio.get_running_loop()
    if loop not in _readers:
        _readers[loop] = Reader(settings.LIVE_URL)
    return _readers[loop]
