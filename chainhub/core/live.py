"""Live news: one short Redis Stream per topic, read by every web process for the browsers that watch.

Streams are a convenience for eyes, never the truth: when Redis is away `publish` gives up within a fraction of a
second, says so once, and the pages show what the database holds.
"""

import json
import logging
import time
from functools import cache, partial
from typing import Any

import redis
from django.conf import settings
from django.db import transaction
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

KEEP = 1000  # newest events of a topic, enough for every browser that was away for a moment
FORGET_AFTER = 86_400  # seconds until a topic that fell silent leaves Redis's memory
PATIENCE = 0.3  # seconds one publish may wait for Redis
PAUSE = 1.0  # seconds without a try after Redis did not answer

_quiet = {"until": 0.0}  # of this process, on its monotonic clock


def key_of(topic: str) -> str:
    """The stream's name in Redis."""
    return f"live:{topic}"


def publish(topic: str, kind: str, **payload: Any) -> None:
    """Tell everybody who watches `topic`; never raises when Redis is away."""
    if not settings.LIVE_URL or time.monotonic() < _quiet["until"]:
        return
    data = json.dumps({"topic": topic, "kind": kind, **payload}, default=str, ensure_ascii=False)
    key = key_of(topic)
    try:
        with _client(settings.LIVE_URL).pipeline(transaction=False) as pipe:
            pipe.xadd(key, {"kind": kind, "data": data}, maxlen=KEEP, approximate=True)
            pipe.expire(key, FORGET_AFTER)
            pipe.execute()
    except (redis.RedisError, OSError) as error:
        _quiet["until"] = time.monotonic() + PAUSE
        logger.warning("live news of %s was not told: %s", topic, error)


def publish_on_commit(topic: str, kind: str, **payload: Any) -> None:
    """The same once the surrounding transaction is committed (at once where there is none)."""
    transaction.on_commit(partial(publish, topic, kind, **payload))


@cache
def _client(url: str) -> redis.Redis:
    """One pool for this process. The one retry is for a connection that a restart of Redis left dead in the pool."""
    return redis.Redis.from_url(
        url,
        socket_timeout=PATIENCE,
        socket_connect_timeout=PATIENCE,
        retry=Retry(NoBackoff(), 1),
        max_connections=50,
    )
