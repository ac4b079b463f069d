"""Being asked to stop, by a signal that may come twice."""

from __future__ import annotations

import signal
import threading


def stop_on(stop: threading.Event, *signals: signal.Signals) -> None:
    """Set the event when one of those arrives.

    In a thread of its own: a second signal in the middle of `set` would wait for the lock that the first one holds.
    """

    def asked(*_: object) -> None:
        threading.Thread(target=stop.set, name="stop", daemon=True).start()

    for signum in signals:
        signal.signal(signum, asked)
