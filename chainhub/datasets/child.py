"""What a process that reads strangers' data does about itself: bounds, signs of life, its outcome in a file."""

import json
import os
import resource
import sys
import threading
import time
from pathlib import Path
from typing import Any

MEMORY = 8 * 2**30
SECONDS = 2 * 3600
TOLD_EVERY = 0.2
EXHAUSTED = 75  # ends with this code where the share of memory did not suffice


def bounded() -> None:
    """Take no more than a share of memory and time, and end when the parent does."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    threading.Thread(target=_end_with_parent, daemon=True).start()


def leave(work: Path, outcome: dict[str, Any]) -> None:
    """Write `outcome.json`, whole or not at all."""
    unfinished = work / "outcome.part"
    unfinished.write_text(json.dumps(outcome))
    unfinished.replace(work / "outcome.json")


class Teller:
    """Writes shares to stdout, not more often than anyone can see."""

    def __init__(self) -> None:
        self.last = 0.0

    def __call__(self, share: float) -> None:
        now = time.monotonic()
        if now - self.last > TOLD_EVERY:
            self.last = now
            sys.stdout.write(f"{share:.3f}\n")
            sys.stdout.flush()


def _end_with_parent() -> None:
    """The parent holds the other end of stdin; it closes when the parent ends, however that ended."""
    while os.read(0, 1):
        pass
    os._exit(1)
