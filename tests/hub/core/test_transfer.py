"""The bridge between uvicorn and Django's WSGI door gives a thread back when its client leaves or falls silent."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import uvicorn

from chainhub.core import transfer
from chainhub.core.transfer import Threads

CHUNK = b"x" * 65536


class Site:
    """A WSGI application that keeps what it reads and sends without end."""

    def __init__(self) -> None:
        self.read = b""
        self.ended = threading.Event()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterator[bytes]:
        if environ["PATH_INFO"] == "/download":
            start_response("200 OK", [("Content-Type", "application/octet-stream")])
            return self._endless()
        while piece := environ["wsgi.input"].read(1000):
            self.read += piece
        self.ended.set()
        start_response("200 OK", [("Content-Length", "2")])
        return iter([b"ok"])

    def _endless(self) -> Iterator[bytes]:
        try:
            while True:
                yield CHUNK
        finally:
            self.ended.set()


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def line(site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """A connection to the site; a client may be silent for half a second."""
    monkeypatch.setattr(transfer, "SILENCE", 0.5)
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(Threads(site, workers=1), log_level="critical", lifespan="off"))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])), daemon=True)
    thread.start()
    with socket.create_connection(listener.getsockname(), timeout=10) as connection:
        yield connection
    server.should_exit = server.force_exit = True
    thread.join(10)


def test_an_aborted_upload_keeps_what_arrived(line, site):
    line.sendall(b"PATCH /uploads/1 HTTP/1.1\r\nHost: hub\r\nContent-Length: 1000000\r\n\r\n" + b"y" * 5000)
    time.sleep(0.2)
    line.close()
    assert site.ended.wait(5)
    assert site.read == b"y" * 5000


def test_a_stalled_upload_gives_its_thread_back(line, site):
    line.sendall(b"PATCH /uploads/1 HTTP/1.1\r\nHost: hub\r\nContent-Length: 1000000\r\n\r\n" + b"y" * 5000)
    assert site.ended.wait(5)
    assert site.read == b"y" * 5000


def test_a_download_that_nobody_reads_ends(line, site):
    line.sendall(b"GET /download HTTP/1.1\r\nHost: hub\r\n\r\n")
    assert site.ended.wait(10)


def test_a_download_whose_client_has_left_ends(line, site):
    line.sendall(b"GET /download HTTP/1.1\r\nHost: hub\r\n\r\n")
    assert line.recv(100).startswith(b"HTTP/1.1 200")
    line.close()
    assert site.ended.wait(5)
