"""One web process, three ways in.

Pages and API: Django's WSGI handler in threads. Files going up or down: the same handler with threads of its own, so
that slow transfers never keep a page waiting; WSGI because under ASGI Django takes a whole body in before the view
runs, and an aborted upload would leave nothing. Live events: Django's ASGI handler, thousands of streams in one loop.
"""

import os
import re
from collections import Counter
from typing import cast

from a2wsgi.asgi_typing import HTTPScope, Receive, Scope, Send
from a2wsgi.wsgi_typing import WSGIApp
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application

from chainhub.core.transfer import Threads

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chainhub.settings")

LIVE = re.compile(r"^/events(/|$)")
TRANSFERS = re.compile(r"^/(api/v1/)?uploads(/|$)|/(files|download|resolve|content)(/|$)|/rows\.csv$")
AT_ONCE_PER_PERSON = 12  # a browser opens 6 connections, a download tool 8

_live = get_asgi_application()
_wsgi = cast("WSGIApp", get_wsgi_application())
_pages = Threads(_wsgi, workers=int(os.environ.get("CHAINHUB_PAGE_THREADS", "16")))
_transfers = Threads(_wsgi, workers=int(os.environ.get("CHAINHUB_TRANSFER_THREADS", "40")))
_under_way: Counter[bytes] = Counter()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Send each request its way."""
    if scope["type"] == "lifespan":
        await _live_and_die(receive, send)
    elif scope["type"] != "http":
        await send({"type": "websocket.close", "code": 1000, "reason": ""})
    elif LIVE.match(scope["path"]):
        await _live(scope, receive, send)  # type: ignore[arg-type]
    elif TRANSFERS.search(scope["path"]):
        await _transfer(scope, receive, send)
    else:
        await _pages(scope, receive, send)


async def _transfer(scope: HTTPScope, receive: Receive, send: Send) -> None:
    """One person's transfers may not take every thread."""
    person = _person(scope)
    if _under_way[person] >= AT_ONCE_PER_PERSON:
        await _ask_to_wait(send)
        return
    _under_way[person] += 1
    try:
        await _transfers(scope, receive, send)
    finally:
        _under_way[person] -= 1
        if not _under_way[person]:
            del _under_way[person]


def _person(scope: HTTPScope) -> bytes:
    """Who asks, as far as it can be told before Django looks: a token, a session, or an address."""
    headers = dict(scope["headers"])
    session = re.search(rb"\bsessionid=([^;]+)", headers.get(b"cookie", b""))
    client = scope.get("client")
    return headers.get(b"authorization") or (session[1] if session else repr(client and client[0]).encode())


async def _ask_to_wait(send: Send) -> None:
    body = b'{"type": "about:blank", "title": "Too many transfers at once", "status": 429}'
    headers = [(b"content-type", b"application/problem+json"), (b"retry-after", b"2"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 429, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def _live_and_die(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        else:
            await send({"type": "lifespan.shutdown.complete"})
            return
