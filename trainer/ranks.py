"""The processes of one job on one machine: born, watched, and begun again together when one of them dies.

The process that the fork server made computes nothing itself here; it forks the ranks, passes on what the leading one
tells, and ends the others when that one is done. All of them stay in one process group, so one signal ends them all.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

from trainer.contract import FAILED, FINISHED, N_, STOPPED, Checkpoint, Event, Failed, Finished, JobSpec, Log, Payload
from trainer.distributed import LostRankError
from trainer.reporter import Emit
from trainer.stopping import stop_on

STOPS = {signal.SIGTERM}
RESTARTS = 3
LOST = 4  # exit code of a rank that cannot go on because another is gone
LAST_WORDS = 5.0  # seconds for the leading rank to say why it ends, once another has died
AGAIN = N_("One of the %(count)s processes of this job died; all begin again from the last checkpoint.")
TOO_OFTEN = N_("Processes of this job died again and again.")
LESS = N_("Give the job more memory, or fewer processes.")

Work = Callable[[int, JobSpec, str, int, threading.Event], int]


class Crew:
    """One attempt: `count` forks that work on the same specification."""

    def __init__(self, spec: JobSpec, work: Work, attempt: int) -> None:
        self._read, write = os.pipe()
        alive, self._alive = os.pipe()
        meeting = Path(spec.output, f".meeting-{os.getpid()}-{attempt}").absolute()
        meeting.parent.mkdir(parents=True, exist_ok=True)
        meeting.unlink(missing_ok=True)
        self._meeting = meeting
        self._pids: dict[int, int] = {}
        before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)  # one that comes now waits for who can hear it
        for rank in range(spec.processes):
            pid = os.fork()
            if pid == 0:
                os.close(self._read)
                os.close(self._alive)
                os._exit(_rank(rank, spec, work, f"file://{meeting}", write, alive))
            self._pids[pid] = rank
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        os.close(write)
        os.close(alive)

    def told(self) -> Iterator[Payload]:
        """What the ranks say, until all of them are silent."""
        with os.fdopen(self._read, "rb") as lines:
            for line in lines:
                with contextlib.suppress(ValueError):  # half a line of a rank that died
                    yield Event.from_line(line).checked()

    def ask_to_stop(self) -> None:
        for pid, rank in self._pids.items():
            if rank == 0:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGTERM)

    def wait(self) -> int | None:
        """The leading rank's exit code; None where one died and the job did not come to an end."""
        code: int | None = None
        while self._pids and code is None:
            pid, status = os.wait()
            rank, ended = self._pids.pop(pid, -1), os.waitstatus_to_exitcode(status)
            if rank == 0:
                code = ended
            elif rank > 0:
                code = self._lead(LAST_WORDS)
                break
        self.end()
        return code if code in (FINISHED, FAILED, STOPPED) else None

    def end(self) -> None:
        """Nothing of it stays."""
        for pid in self._pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for pid in list(self._pids):
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)
        self._pids.clear()
        with contextlib.suppress(OSError):
            os.close(self._alive)
        self._meeting.unlink(missing_ok=True)

    def _lead(self, seconds: float) -> int | None:
        """The leading rank's exit code if it ends by itself within so many seconds."""
        lead = next((pid for pid, rank in self._pids.items() if rank == 0), None)
        pause = threading.Event()
        for _ in range(int(seconds / 0.05) if lead else 0):
            pid, status = os.waitpid(lead or 0, os.WNOHANG)
            if pid:
                del self._pids[pid]
                return os.waitstatus_to_exitcode(status)
            pause.wait(0.05)
        return None


def _rank(rank: int, spec: JobSpec, work: Work, meeting: str, events: int, alive: int) -> int:
    stop = threading.Event()
    if rank == 0:
        stop_on(stop, signal.SIGTERM)
    else:  # the leading rank writes the checkpoint; the others go on until it is gone
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    threading.Thread(target=_watch, args=(alive, stop), daemon=True).start()
    try:
        return work(rank, spec, meeting, events, stop)
    except LostRankError:
        return LOST
    except BaseException:
        traceback.print_exc()
        return LOST


def _watch(alive: int, stop: threading.Event) -> None:
    """End of file: the process that watches is gone."""
    os.read(alive, 1)
    stop.set()
    threading.Event().wait(LAST_WORDS)
    os._exit(STOPPED)


def run(spec: JobSpec, work: Work, emit: Emit, stop: threading.Event) -> int:
    """All ranks until the job has ended; the exit code."""
    for attempt in range(RESTARTS + 1):
        crew = Crew(spec, work, attempt)
        watching = threading.Thread(target=_pass_stop, args=(stop, crew), daemon=True)
        watching.start()
        last, ended = _relayed(crew, emit)
        code = crew.wait()
        if ended:
            return FAILED if code is None else code
        if code == STOPPED:
            return STOPPED
        if stop.is_set():
            return STOPPED
        if last is not None:
            spec = spec.model_copy(update={"resume_from": str(Path(spec.output, last))})
        if attempt < RESTARTS:
            emit(Log(level="warning", text=AGAIN, params={"count": spec.processes}))
    emit(Failed(failure="internal", text=TOO_OFTEN, hint=LESS))
    return FAILED


def _pass_stop(stop: threading.Event, crew: Crew) -> None:
    stop.wait()
    crew.ask_to_stop()


def _relayed(crew: Crew, emit: Emit) -> tuple[str | None, bool]:
    """The last checkpoint that was told of, and whether the job came to an end; the first end counts."""
    last, ended = None, False
    for payload in crew.told():
        final = isinstance(payload, Finished | Failed)
        if isinstance(payload, Checkpoint):
            last = payload.path
        if not (final and ended):
            emit(payload)
        ended = ended or final
    return last, ended
