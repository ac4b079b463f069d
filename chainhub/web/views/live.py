"""Live events: one stream of server-sent events per page, over as many topics as it shows.

`/events?topics=job:12,nodes[&since=<milliseconds>]`. Each event is `event: <kind>` with `data: {"topic", "kind", …}`;
its `id` says how far every topic was told, so that a browser that reconnects misses nothing. Only under ASGI.
"""

import json
import re
import time
from collections.abc import AsyncIterator

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connections
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.utils.translation import get_language, override
from django.views.decorators.http import require_GET

from chainhub.accounts.models import User
from chainhub.core.sentences import render
from chainhub.web.streams import News, reader
from chainhub.web.topics import may_watch_all, own_topic

MOST_TOPICS = 50
PING_SECONDS = 15.0
LOOK_BACK_MS = 5000  # from rendering a page to opening its stream, and between the clocks of web and Redis
ASK_AGAIN_SECONDS = 60.0  # how long a right that was taken away may still be listened with
MOMENT = re.compile(r"\d{1,15}")
PLACE = re.compile(r"\d{1,15}-\d{1,10}")
REVOKED = "revoked"
CLOSED = "event: closed\ndata: {}\n\n"  # the browser's code stops reconnecting


@require_GET
async def events(request: HttpRequest) -> HttpResponseBase:
    """404 where any of the topics may not be watched, or does not exist."""
    topics = list(dict.fromkeys(topic for topic in request.GET.get("topics", "").split(",") if topic))
    user = await _watching(request, topics)
    if user is None:
        raise Http404
    if not settings.LIVE_URL:
        return HttpResponse(status=204)  # tells EventSource not to try again
    cursors = _cursors(request, [*topics, own_topic(user)])
    answer = StreamingHttpResponse(
        _stream(user.pk, topics, cursors, get_language() or ""), content_type="text/event-stream"
    )
    answer["Cache-Control"] = "no-store"
    answer["X-Accel-Buffering"] = "no"
    return answer


@sync_to_async
def _watching(request: HttpRequest, topics: list[str]) -> User | None:
    """The person, when they may watch all of it. The database is let go: a stream may last for hours."""
    try:
        user = request.user
        if not isinstance(user, User) or not user.is_active or not 0 < len(topics) <= MOST_TOPICS:
            return None
        return user if may_watch_all(user, topics) else None
    finally:
        connections.close_all()


@sync_to_async
def _still(user_pk: int, topics: list[str]) -> bool:
    try:
        user = User.objects.filter(pk=user_pk, is_active=True).first()
        return user is not None and may_watch_all(user, topics)
    finally:
        connections.close_all()


def _cursors(request: HttpRequest, topics: list[str]) -> dict[str, str]:
    """Where to begin: after what the browser has seen, else when its page was rendered, else a moment ago."""
    seen = request.headers.get("Last-Event-ID", "").split(".")
    if len(seen) == len(topics) and all(PLACE.fullmatch(place) for place in seen):
        return dict(zip(topics, seen, strict=True))
    since = request.GET.get("since", "")
    moment = int(since) if MOMENT.fullmatch(since) else int(time.time() * 1000)
    return dict.fromkeys(topics, f"{max(0, moment - LOOK_BACK_MS)}-0")


async def _stream(user_pk: int, topics: list[str], cursors: dict[str, str], language: str) -> AsyncIterator[str]:
    asked = time.monotonic()
    yield f"retry: 2000\nid: {'.'.join(cursors.values())}\n\n"
    async for news in reader().watch(cursors, pause=PING_SECONDS):
        if time.monotonic() - asked > ASK_AGAIN_SECONDS or (news and news.kind == REVOKED):
            asked = time.monotonic()
            if not await _still(user_pk, topics):
                yield CLOSED
                return
        if news is None:
            yield ": ping\n\n"
        elif news.topic in cursors:
            cursors[news.topic] = news.id
            yield f"id: {'.'.join(cursors.values())}\nevent: {news.kind}\ndata: {_in_language(news, language)}\n\n"


def _in_language(news: News, language: str) -> str:
    """A stored sentence gets its text in the language of the page that listens."""
    if '"sentence"' not in news.data:
        return news.data
    told = json.loads(news.data)
    with override(language):
        told["text"] = render(told.pop("sentence"))
    return json.dumps(told, ensure_ascii=False)


urlpatterns = [path("events", events, name="events")]
