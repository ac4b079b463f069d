"""The processes that quickstart looks after: each with its own log, watched, started again, stopped."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from chainhub.core import supervision

MANAGE = Path(__file__).resolve().parent.parent.parent / "manage.py"
LARGEST_LOG = 5 * 2**20
RESTARTS = 3  # within
WINDOW = 60.0  # seconds; a process that dies more often than that has a reason that starting it again does not cure


class Child:
    """A `manage.py` command in a process group of its own."""

    def __init__(self, name: str, arguments: Sequence[str], *, logs: Path, hands: Sequence[int] = ()) -> None:
        """Describe it; `hands` are file descriptors that it inherits."""
        self.name = name
        self.log = logs / f"{name}.log"
        self._arguments = list(arguments)
        self._hands = tuple(hands)
        self._process: subprocess.Popen[bytes] | None = None
        self._starts: deque[float] = deque(maxlen=RESTARTS + 1)
        self._begin = 0

    def start(self) -> None:
        """Start it; what it says goes to its log."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".old.log"))
        self._starts.append(time.monotonic())
        with self.log.open("ab") as log:
            self._begin = log.tell()
            self._process = subprocess.Popen(
                [sys.executable, MANAGE, *self._arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, supervision.VARIABLE: str(os.getpid()), "PYTHONUNBUFFERED": "1"},
                pass_fds=self._hands,
                start_new_session=True,  # a Ctrl-C in the terminal reaches only quickstart, which stops all in order
            )

    @property
    def exit_code(self) -> int | None:
        """How it ended, or None while it runs."""
        return self._process.poll() if self._process else None

    def may_start_again(self) -> bool:
        """Whether it has not died too often lately."""
        return len(self._starts) <= RESTARTS or time.monotonic() - self._starts[0] > WINDOW

    def stop(self, *, seconds: float) -> None:
        """Ask it to end, wait, and end its whole group when it does not."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(seconds)
        self.kill()

    def kill(self) -> None:
        """End it and whatever is left of its group at once."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def last_words(self, count: int = 12) -> str:
        """The end of what it has said since it was last started."""
        with self.log.open("rb") as log:
            log.seek(self._begin)
            lines = log.read().decode(errors="replace").splitlines()[-count:]
        return "\n".join(f"    {line}" for line in lines)
