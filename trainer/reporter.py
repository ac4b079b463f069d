"""Numbered events to a pipe, without ever making training wait.

`emit(payload)` only appends to a bounded queue; a thread writes. When the reader is slow and the queue is full,
outdated progress, then the oldest metrics and log lines give way; checkpoint, artifact, finished and failed never do.
Numbers are given at the moment of writing, so what the reader sees has no gaps.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable

from trainer.contract import Event, Log, Metric, Payload, Progress

Emit = Callable[[Payload], None]
DROPPABLE = (Metric, Log, Progress)


class Reporter:
    """Callable with a payload; `close()` waits until everything is written or the reader is gone."""

    def __init__(self, fd: int, *, bound: int = 4000, patience: float = 30.0) -> None:
        self._fd, self._bound, self._patience = fd, bound, patience
        self._queue: deque[Payload] = deque()
        self._wake = threading.Condition()
        self._closed = self._gone = False
        self._seq = 0
        self._thread = threading.Thread(target=self._write_all, name="reporter", daemon=True)
        self._thread.start()

    def __call__(self, payload: Payload) -> None:
        with self._wake:
            if self._closed or self._gone:
                return
            if isinstance(payload, Progress) and self._queue and isinstance(self._queue[-1], Progress):
                self._queue[-1] = payload  # the newest progress says all that the one before it said
            else:
                self._queue.append(payload)
            if len(self._queue) > self._bound:
                self._give_way()
            self._wake.notify()

    def close(self) -> None:
        with self._wake:
            self._closed = True
            self._wake.notify()
        self._thread.join(self._patience)

    def _give_way(self) -> None:
        """Lose the least: an outdated progress, else the oldest metric, log line, and at last the progress itself."""
        progress = [place for place, payload in enumerate(self._queue) if isinstance(payload, Progress)]
        if len(progress) > 1:
            del self._queue[progress[0]]
            return
        for kind in DROPPABLE:
            for place, payload in enumerate(self._queue):
                if isinstance(payload, kind):
                    del self._queue[place]
                    return

    def _write_all(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._queue or self._closed)
                if not self._queue:
                    return
                payload = self._queue.popleft()
            self._seq += 1
            try:
                _write(self._fd, Event.of(self._seq, payload).to_line())
            except OSError:  # the reader is gone; its end of the alive pipe says so too
                with self._wake:
                    self._gone = True
                    self._queue.clear()
                return


def _write(fd: int, line: bytes) -> None:
    view = memoryview(line)
    while view:
        view = view[os.write(fd, view) :]
