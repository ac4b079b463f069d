"""A WSGI application in threads behind an ASGI server, with a limit to how long a silent client may hold a thread."""

import asyncio
import contextlib

from a2wsgi.asgi_typing import Receive, ReceiveEvent, Scope, Send, SendEvent
from a2wsgi.wsgi import WSGIMiddleware, WSGIResponder

SILENCE = 30.0  # seconds without a byte, in either direction


class ClientGoneError(ConnectionError):
    """Nobody is listening any more: the thread may stop producing."""


class Threads(WSGIMiddleware):
    """a2wsgi's bridge; a client that falls silent or leaves gives its thread back."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request in a thread."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        client = _Client(receive, send)
        watch = asyncio.ensure_future(client.watch()) if scope["method"] in {"GET", "HEAD"} else None
        try:
            with contextlib.suppress(ClientGoneError):
                await _Responder(self, client)(scope, client.receive, client.send)
        finally:
            if watch:
                watch.cancel()


class _Client:
    """The other end of one request."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self.gone = False

    async def receive(self) -> ReceiveEvent:
        """The next piece of the body; silence ends the body as a lost connection would."""
        try:
            async with asyncio.timeout(SILENCE):
                return await self._receive()
        except TimeoutError:
            return {"type": "http.disconnect"}

    async def send(self, message: SendEvent) -> None:
        """Pass a piece of the answer on, unless the client no longer takes any."""
        if self.gone:
            return
        try:
            async with asyncio.timeout(SILENCE):
                await self._send(message)
        except TimeoutError:
            self.gone = True

    async def watch(self) -> None:
        """Notice that the client has left; only where no body is to be read, since both would read the same line."""
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.gone = True


class _Responder(WSGIResponder):
    def __init__(self, threads: Threads, client: _Client) -> None:
        super().__init__(threads.app, threads.executor, threads.send_queue_size)
        self.client = client

    def send(self, message: SendEvent | None) -> None:
        """Called in the thread, for each piece of the answer."""
        if self.client.gone:
            raise ClientGoneError
        super().send(message)
