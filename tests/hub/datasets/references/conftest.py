"""A data owner's web server, bucket and folder."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

CSV = b"age,sick\n" + b"".join(b"%d,%d\n" % (20 + number % 60, number % 2) for number in range(300))


class Owner:
    """Their web server; `answers` says what each path gives: bytes, or (status, headers, bytes)."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {"/bearings.csv": CSV}
        self.asked: list[str] = []
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                owner.asked.append(self.path)
                found = owner.answers.get(self.path, (404, {}, b"not here"))
                status, headers, body = found if isinstance(found, tuple) else (200, {"ETag": '"one"'}, found)
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_words: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def at(self, path: str) -> str:
        return f"http://{self.host}{path}"


@pytest.fixture
def server(settings: Any) -> Iterator[Owner]:
    """On a host that the operator trusts."""
    owner = Owner()
    settings.REFERENCE_HOSTS_ALLOWED = [owner.host]
    yield owner
    owner.server.shutdown()
    owner.server.server_close()


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    """A folder of this machine that is Anvil's."""
    folder = tmp_path / "anvil"
    folder.mkdir()
    (folder / "bearings.csv").write_bytes(CSV)
    settings.REFERENCE_FOLDERS = {"anvil": [str(folder)]}
    return folder
