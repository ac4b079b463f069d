"""How fast bytes must come at the least: a server that lets them drip would hold a worker for hours."""

import threading
from collections.abc import Callable
from typing import Any

LEAST = 16 * 2**10  # bytes a second, on average over a window
WINDOW = 60.0  # seconds
INSIST = 1.0  # seconds after which a slow line is cut again: it may have been made only now


def _nothing() -> None:
    """What cannot be cut is left alone."""


class Pace:
    """Watches from a thread of its own, since one read may wait for as long as the other side likes.

    `stop` cuts the line, `count` is what has come so far; both are set by whoever reads. `slow` tells that it was cut.
    """

    def __init__(self) -> None:
        self.stop: Callable[[], None] = _nothing
        self.count, self.slow = 0, False
        self._done = threading.Event()

    def __enter__(self) -> "Pace":
        threading.Thread(target=self._watch, daemon=True, name="pace").start()
        return self

    def __exit__(self, *_failed: Any) -> None:
        self._done.set()

    def _watch(self) -> None:
        before = 0
        while not self._done.wait(INSIST if self.slow else WINDOW):
            if self.slow or self.count - before < LEAST * WINDOW:
                self.slow = True
                self.stop()
            before = self.count
