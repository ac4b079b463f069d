"""A tiny supervisor: starts `python -m trainer serve` and speaks its protocol, for tests and benchmarks."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections import deque
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"OMP_NUM_THREADS": "1"} | more


class Servant:
    """One fork server and the messages it has sent."""

    def __init__(self) -> None:
        self.peer, theirs = socket.socketpair()
        argv = [sys.executable, "-m", "trainer", "serve", "--fd", str(theirs.fileno())]
        self.process = subprocess.Popen(argv, cwd=ROOT, env=environment(), pass_fds=[theirs.fileno()])
        theirs.close()
        self.pending, self.messages = b"", deque[dict[str, Any]]()
        self.ready = self.wait("ready", timeout=60)

    def wait(self, key: str, timeout: float = 20) -> dict[str, Any]:
        """The next message that has this key; messages before it are dropped."""
        self.peer.settimeout(timeout)
        while True:
            while self.messages:
                message = self.messages.popleft()
                if key in message:
                    return message
            data = self.peer.recv(65536)
            if not data:
                raise EOFError
            *lines, self.pending = (self.pending + data).split(b"\n")
            self.messages.extend(json.loads(line) for line in lines)

    def send(self, request: dict[str, Any], descriptors: list[int]) -> None:
        socket.send_fds(self.peer, [json.dumps(request).encode() + b"\n"], descriptors)
        for fd in descriptors:
            os.close(fd)

    def run(self, spec_path: Path, **more: Any) -> Child:
        events_r, events_w = os.pipe()
        alive_r, alive_w = os.pipe()
        self.send({"id": "job", "spec_path": str(spec_path), **more}, [events_w, alive_r])
        return Child(self.wait("pid")["pid"], events_r, alive_w)

    def close(self) -> int:
        self.peer.close()
        return self.process.wait(20)


class Child:
    """A job's process as its supervisor sees it."""

    def __init__(self, pid: int, events: int, alive: int) -> None:
        self.pid, self.alive = pid, alive
        self.stream = os.fdopen(events, "rb")
        self.begin = time.monotonic()

    def events(self) -> list[dict[str, Any]]:
        """Everything it tells until it ends."""
        with self.stream:
            return [json.loads(line) for line in self.stream]

    def until(self, kind: str) -> dict[str, Any]:
        for line in self.stream:
            event = json.loads(line)
            if event["kind"] == kind:
                return event
        raise EOFError(kind)
