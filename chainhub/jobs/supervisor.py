"""The client of `python -m trainer serve`: one warm fork server per worker, one child per run.

The server is a program of its own that has imported torch and computed nothing; a fork of it is training a tenth of a
second later. It and its children get an environment without the hub's secrets. The protocol is the server's docstring.
"""

import contextlib
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from django.conf import settings

logger = logging.getLogger(__name__)

WARM_UP = 90.0  # seconds that importing torch may take on a cold disk
ANSWER = 10.0  # seconds in which a fork must have happened
LET_THROUGH = ("PATH", "LANG", "LANGUAGE", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "SYSTEMROOT")
LET_THROUGH_PREFIXES = ("LC_", "OMP_", "MKL_", "NVIDIA_", "CUDA_", "NCCL_", "PYTORCH_", "TORCH_", "TRAINER_")


class SupervisorError(Exception):
    """No child could be started; the message says why."""


@dataclass(eq=False)
class Child:
    """One run's process. It leads a group of its own; `events` is ours to read, `alive` ours to keep open."""

    pid: int
    events: int
    alive: int
    exited: threading.Event = field(default_factory=threading.Event)
    status: int | None = None  # exit code, or minus the signal; None while it runs, or when nobody could tell
    _family: dict[int, psutil.Process] = field(default_factory=dict)

    def ask_to_stop(self) -> None:
        """It writes a checkpoint and leaves."""
        if not self.exited.is_set():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGTERM)

    def kill(self) -> None:
        """The whole group, at once."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
            return
        if not self.exited.is_set():  # killed before it could make its group
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def close(self) -> None:
        """Nobody reads on, and whatever is left of the group goes."""
        self.kill()
        for fd in (self.events, self.alive):
            with contextlib.suppress(OSError):
                os.close(fd)

    def usage(self) -> dict[str, float] | None:
        """Cores in use since the last question, and bytes, of the whole group's leader and its children."""
        try:
            known, leader = self._family, self._family.get(self.pid) or psutil.Process(self.pid)
            # Kept: cpu_percent counts from one question to the next.
            self._family = {one.pid: known.get(one.pid, one) for one in (leader, *leader.children(recursive=True))}
            memory = sum(one.memory_info().rss for one in self._family.values())
            cores = sum(one.cpu_percent() for one in self._family.values()) / 100
            return {"cpu": round(cores, 2), "memory": memory}
        except psutil.Error:
            return None


class ForkServer:
    """Started when first needed or by `warm`, and again whenever it has died."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None
        self._ready = threading.Event()
        self._children: dict[str, Child] = {}
        self._answers: dict[str, _Answer] = {}

    def warm(self) -> None:
        """Have a server that is ready to fork. Raises `SupervisorError`."""
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                self._start()
        deadline = time.monotonic() + WARM_UP
        while not self._ready.wait(0.1):
            if self._process is None or self._process.poll() is not None or time.monotonic() > deadline:
                raise SupervisorError("The trainer does not start; its reason is in the worker's log.")

    def launch(self, spec: Path, *, env: Mapping[str, str], threads: int) -> Child:
        """A child that runs the specification. Raises `SupervisorError`."""
        events_r, events_w = os.pipe()
        alive_r, alive_w = os.pipe()
        request = {"spec_path": str(spec), "env": dict(env), "threads": threads}
        try:
            return self._fork(request, [events_w, alive_r], lambda pid: Child(pid, events_r, alive_w))
        except (OSError, SupervisorError):
            os.close(events_r)
            os.close(alive_w)
            raise
        finally:
            os.close(events_w)
            os.close(alive_r)

    def predictor(self, folder: Path, *, idle: float = 300) -> socket.socket:
        """A line to a child that answers `{"rows": […]}` with predictions of the model in the folder.

        Closing it ends the child, and so do `idle` seconds without a request. Raises `SupervisorError`.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        request = {"predict": str(folder), "idle": idle, "env": {"CUDA_VISIBLE_DEVICES": ""}, "threads": 1}
        try:
            self._fork(request, [theirs.fileno()], lambda pid: Child(pid, -1, -1))
        except (OSError, SupervisorError):
            ours.close()
            raise
        finally:
            theirs.close()
        return ours

    def _fork(self, request: Mapping[str, Any], descriptors: list[int], made: Callable[[int], Child]) -> Child:
        """Ask for a child; from then on news of its exit reaches it, also news that came before we knew its number."""
        self.warm()
        name = uuid.uuid4().hex
        answer = self._answers[name] = _Answer()
        try:
            self._send({**request, "id": name}, descriptors)
            child = made(answer.wait(ANSWER))
            with self._lock:
                self._children[name] = child
                if answer.exited:
                    self._bury(name, answer.status)
            return child
        finally:
            self._answers.pop(name, None)

    def stop(self) -> None:
        """End the server; its children are told to stop by it."""
        with self._lock:
            if self._line is not None:
                with contextlib.suppress(OSError):
                    self._line.shutdown(socket.SHUT_RDWR)
            process = self._process
        if process is not None:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()

    def _start(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        fd = theirs.fileno()
        command = [sys.executable, "-m", "trainer", "serve", "--fd", str(fd)]
        self._ready = threading.Event()
        self._process = subprocess.Popen(
            command,
            pass_fds=[fd],
            env=clean_environment(),
            cwd=_home(),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        theirs.close()
        self._line = ours
        threading.Thread(target=self._listen, args=(ours, self._ready), name="fork-server", daemon=True).start()

    def _send(self, request: Mapping[str, Any], descriptors: list[int]) -> None:
        with self._lock:
            if self._line is None:
                raise SupervisorError("The trainer has gone.")
            data = json.dumps(request).encode() + b"\n"
            sent = socket.send_fds(self._line, [data], descriptors)
            self._line.sendall(data[sent:])

    def _listen(self, line: socket.socket, ready: threading.Event) -> None:
        with contextlib.suppress(OSError), line.makefile("rb") as messages:
            for message in messages:
                self._hear(json.loads(message), ready)
        with contextlib.suppress(OSError):
            line.close()
        self._mourn()

    def _hear(self, message: dict[str, Any], ready: threading.Event) -> None:
        name = message.get("id") or ""
        answer = self._answers.get(name)
        if "ready" in message:
            ready.set()
        elif "exited" in message:
            with self._lock:
                if name in self._children:
                    self._bury(name, int(message["status"]))
                elif answer:
                    answer.exited, answer.status = True, int(message["status"])
        elif answer:
            answer.give(message.get("pid"), message.get("error", ""))

    def _bury(self, name: str, status: int | None) -> None:
        child = self._children.pop(name)
        child.status = status
        child.exited.set()

    def _mourn(self) -> None:
        """The server died. Its children live on, but nobody can say how they end: they are ended here."""
        with self._lock:
            self._line = None
            orphans = list(self._children)
            for name in orphans:
                self._children[name].kill()
                self._bury(name, None)
        for answer in list(self._answers.values()):
            answer.give(None, "The trainer has gone.")
        if orphans:
            logger.error("the fork server died; %s runs were ended with it", len(orphans))


class _Answer:
    """What the server says to one request."""

    def __init__(self) -> None:
        self._given = threading.Event()
        self._pid: int | None = None
        self._error = ""
        self.exited = False
        self.status: int | None = None

    def give(self, pid: int | None, error: str) -> None:
        self._pid, self._error = pid, error
        self._given.set()

    def wait(self, seconds: float) -> int:
        if not self._given.wait(seconds):
            raise SupervisorError("The trainer does not answer.")
        if self._pid is None:
            raise SupervisorError(self._error)
        return self._pid


def clean_environment() -> dict[str, str]:
    """What the trainer may know: nothing of the database, the broker, the storage or the hub's keys."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in LET_THROUGH or name.startswith(LET_THROUGH_PREFIXES)
    }
    return {
        **kept,
        "HOME": str(_home()),
        "PYTHONPATH": str(settings.ROOT),
        "PYTHONUNBUFFERED": "1",
        # Asking CUDA itself, even whether it is there, would make every fork of the server unusable for it.
        "PYTORCH_NVML_BASED_CUDA_CHECK": "1",
    }


def _home() -> Path:
    folder = Path(settings.NODE_CACHE) / "home"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


fork_server = ForkServer()  # of this process
