"""`python -m trainer serve`: a parent that has imported everything and computed nothing, and forks one child per job.

A cold trainer takes seconds to import torch; a fork of this server is at its first training step in a tenth of one.
The server is single-threaded, creates no tensor and never asks CUDA anything (a fork after either would hang).

Protocol, over one connected Unix stream socket (`serve --fd 3`, inherited; or `serve --path P`, which listens on P
until one supervisor has connected). Every message is one JSON object on one line.

  server -> supervisor, once, when everything is imported:
      {"ready": <pid of the server>}
  supervisor -> server, with file descriptors attached by SCM_RIGHTS to the first byte of the line:
      {"id": "<any string>", "spec_path": "<JobSpec as JSON>", "env": {"CUDA_VISIBLE_DEVICES": "0"},
       "threads": 2, "cpus": [0, 1]}                      and 2 descriptors: write end for events, read end "alive"
      {"id": "<any string>", "predict": "<artifact folder>", "idle": 300, "env": {}, "threads": 1}
                                                          and 1 descriptor: one end of a connected stream socket
      {"id": "<any string>", "ping": true}                and none
  server -> supervisor:
      {"id": ..., "pid": <child>}                         the child exists; it leads a process group of its own
      {"id": ..., "exited": <child>, "status": <code>}    exit code (0 finished, 1 failed, 3 stopped) or -signal
      {"id": ..., "pong": true}
      {"id": ..., "error": "<sentence>"}                  nothing was started

"id" and either "spec_path" or "predict" are needed; the rest may be left out. "threads" is how many cores the slot
owns (the job itself chooses how many of them to use), "cpus" an affinity list, "env" is added to the environment.
Close your own copies of the sent ends (events write, alive read, predict socket) after sending, and keep the alive
write end: when it closes, the child writes a checkpoint and exits. SIGTERM to the child does the same;
`os.killpg(pid, SIGKILL)` leaves nothing behind. A predicting child reads `{"rows": [...]}` lines and answers each
with `{"predictions": [...]}` or `{"error": {"text", "hint", "params"}}` until end of file or `idle` seconds without
a request. When the supervisor's socket closes or SIGTERM arrives, the server tells its children to stop, gives them
`GRACE` seconds, kills what is left and exits.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import selectors
import signal
import socket
import sys
import time
import traceback
from collections import deque
from pathlib import Path
from typing import Any, NoReturn

from trainer import child

GRACE = 10.0
DESCRIPTORS = {"spec_path": 2, "predict": 1, "ping": 0}


class ForkServer:
    """One supervisor's server: reads requests, forks, reports exits."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._children: dict[int, str] = {}
        self._pending, self._descriptors = b"", deque[int]()
        self._wake_r, self._wake_w = os.pipe()
        for fd in (self._wake_r, self._wake_w):
            os.set_blocking(fd, False)
        self._stopping = False

    def serve(self) -> None:
        signal.set_wakeup_fd(self._wake_w, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the supervisor's to handle
        gc.freeze()  # what is imported is shared with every child; the collector must not touch those pages
        self._say({"ready": os.getpid()})
        with selectors.DefaultSelector() as ready:
            ready.register(self._control, selectors.EVENT_READ)
            ready.register(self._wake_r, selectors.EVENT_READ)
            while not self._stopping:
                for key, _ in ready.select():
                    if key.fileobj is self._control:
                        self._receive()
                    else:
                        self._drain_wake()
                self._reap()
        self._end_children()

    def _stop(self, *_: object) -> None:
        self._stopping = True

    def _drain_wake(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while os.read(self._wake_r, 512):
                pass

    def _say(self, message: dict[str, Any]) -> None:
        try:
            self._control.sendall(json.dumps(message).encode() + b"\n")
        except OSError:
            self._stopping = True

    def _receive(self) -> None:
        try:
            data, descriptors, _, _ = socket.recv_fds(self._control, 65536, 32)
        except OSError:
            data, descriptors = b"", []
        self._descriptors.extend(descriptors)
        if not data:
            self._stopping = True
            return
        *lines, self._pending = (self._pending + data).split(b"\n")
        for line in lines:
            self._answer(line)

    def _answer(self, line: bytes) -> None:
        descriptors: list[int] = []
        request: Any = {}
        try:
            request = json.loads(line)
            kind = next(kind for kind in DESCRIPTORS if kind in request)
            descriptors = [self._descriptors.popleft() for _ in range(DESCRIPTORS[kind])]
            if kind == "ping":
                self._say({"id": request.get("id"), "pong": True})
            else:
                pid = self._fork(kind, request, descriptors)
                self._children[pid] = request["id"]
                self._say({"id": request["id"], "pid": pid})
        except (ValueError, StopIteration, IndexError, KeyError, TypeError, AttributeError, OSError) as error:
            name = request.get("id") if isinstance(request, dict) else None
            self._say({"id": name, "error": f"The request cannot be served: {error!r}"})
        finally:
            for fd in descriptors:
                os.close(fd)

    def _fork(self, kind: str, request: dict[str, Any], descriptors: list[int]) -> int:
        if not isinstance(request["id"], str) or not isinstance(request[kind], str):
            raise TypeError("id and path are strings")
        pid = os.fork()
        if pid == 0:
            self._become(kind, request, descriptors)
        with contextlib.suppress(OSError):  # it has done so itself, or is gone already
            os.setpgid(pid, pid)
        return pid

    def _become(self, kind: str, request: dict[str, Any], descriptors: list[int]) -> NoReturn:
        """In the child: forget the server's things, do the work, and leave without running the server's exit."""
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            for signum in (signal.SIGCHLD, signal.SIGTERM):
                signal.signal(signum, signal.SIG_DFL)
            self._control.close()
            for fd in (self._wake_r, self._wake_w, *self._descriptors):
                os.close(fd)
            code = child.main(kind, request, descriptors)
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)

    def _reap(self) -> None:
        while self._children:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            name = self._children.pop(pid, "")
            self._say({"id": name, "exited": pid, "status": os.waitstatus_to_exitcode(status)})

    def _end_children(self) -> None:
        deadline = time.monotonic() + GRACE
        self._signal_all(signal.SIGTERM)
        while self._children and time.monotonic() < deadline:
            self._reap()
            time.sleep(0.02)
        self._signal_all(signal.SIGKILL)
        self._reap()

    def _signal_all(self, signum: signal.Signals) -> None:
        for pid in self._children:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signum)


def connection(*, fd: int | None, path: str | None) -> socket.socket:
    """The supervisor's socket: inherited as `fd`, or the first that connects to `path`."""
    if path is None:
        return socket.socket(fileno=3 if fd is None else fd)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(path)
        listening.listen(1)
        accepted, _ = listening.accept()
    Path(path).unlink(missing_ok=True)
    return accepted


def serve(*, fd: int | None = None, path: str | None = None) -> int:
    """Import what jobs need, then serve one supervisor until it leaves."""
    from trainer import preload  # noqa: PLC0415 - seconds of imports, wanted here and not by whoever reads the protocol

    control = connection(fd=fd, path=path)
    os.set_inheritable(control.fileno(), False)  # noqa: FBT003 - the standard library's signature
    preload.preload()
    ForkServer(control).serve()
    return 0
