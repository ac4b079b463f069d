"""A child process ends when the process that started it has gone, however that one died."""

import os
import signal
import threading
import time

VARIABLE = "CHAINHUB_PARENT"  # the starter's process id; set by quickstart for its children


def follow_parent() -> None:
    """Watch, in the background, that the starter lives; ask this process to stop when it does not."""
    expected = os.environ.pop(VARIABLE, "")
    if expected:
        threading.Thread(target=_watch, args=(int(expected),), name="follow-parent", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)
