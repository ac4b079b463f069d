"""What a fork of the server does: become a process of its own, then train or predict."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from pathlib import Path
from typing import Any

from trainer.contract import STOPPED
from trainer.stopping import stop_on

LAST_CALL = 10.0  # seconds from the supervisor's death to our own, whatever hangs


def main(kind: str, request: dict[str, Any], descriptors: list[int]) -> int:
    """Settle in as the request says, then work; the exit code."""
    _settle(request)
    if kind == "predict":
        return _predict(request, descriptors[0])
    return _run(request["spec_path"], events=descriptors[0], alive=descriptors[1])


def _settle(request: dict[str, Any]) -> None:
    os.setpgid(0, 0)  # the server says the same: whoever is first, the group exists before anyone signals it
    os.environ.update(request.get("env") or {})
    if threads := request.get("threads"):
        os.environ["TRAINER_SLOT_THREADS"] = str(threads)
    if cpus := request.get("cpus"):
        os.sched_setaffinity(0, cpus)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)  # a stray print belongs to the log


def _run(spec_path: str, *, events: int, alive: int) -> int:
    from trainer.main import run_file  # noqa: PLC0415 - the server has imported it; tools need not

    stop = threading.Event()
    stop_on(stop, signal.SIGTERM)
    threading.Thread(target=_watch, args=(alive, stop), name="alive", daemon=True).start()
    return run_file(Path(spec_path), events=events, stop=stop)


def _watch(alive: int, stop: threading.Event) -> None:
    """End of file means that the supervisor died: checkpoint and exit, and if that hangs, just exit."""
    while os.read(alive, 512):
        pass
    stop.set()
    time.sleep(LAST_CALL)
    os._exit(STOPPED)


def _predict(request: dict[str, Any], fd: int) -> int:
    from trainer.predict import serve  # noqa: PLC0415 - as above

    with socket.socket(fileno=fd) as peer:
        return serve(request["predict"], peer, idle=float(request.get("idle", 300)))
