"""A worker's slots: at most so many jobs at once, each in a thread of its own, whatever else the worker does.

A message only wakes the pool. What it takes then it chooses from the database, in the fair order of all that waits;
and while a slot is free it looks by itself as well, so that a lost message costs a second and nothing else.
"""

import logging
import threading
from collections import Counter
from collections.abc import Sequence

from django.db import DatabaseError, connections

from chainhub.jobs import queueing
from chainhub.jobs.attempts import Attempt, Slot, attempt_job
from chainhub.jobs.models import TrainingJob
from chainhub.jobs.services.running import claim_job
from chainhub.jobs.supervisor import ForkServer, fork_server
from chainhub.nodes import machine
from chainhub.nodes.models import ComputeNode

logger = logging.getLogger(__name__)

LOOK_EVERY = 1.0  # seconds


class SlotPool:
    """The slots of one worker."""

    def __init__(self, slots: Sequence[Slot], *, node: ComputeNode, queues: Sequence[str], server: ForkServer) -> None:
        self._free = list(slots)
        self._all = Counter(slot.device for slot in slots)
        self._node, self._server = node, server
        # An owner's own queues first.
        self._queues = sorted(queues, key=lambda queue: not queue.startswith("org-"))
        self._kept: dict[str, int] = {}  # device to the job for which slots are kept
        self._attempts: dict[Attempt, list[Slot]] = {}
        self._threads: set[threading.Thread] = set()
        self._changed = threading.Condition()
        self._woken = False
        self._draining = False
        self._dispatcher = threading.Thread(target=self._dispatch, name="slots", daemon=True)

    @property
    def busy(self) -> int:
        return len(self._attempts)

    def start(self) -> None:
        self._dispatcher.start()

    def wake(self) -> None:
        """There may be something to take."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def drain(self) -> None:
        """Take nothing more; what runs writes a checkpoint and goes back to the queue."""
        with self._changed:
            self._draining = True
            attempts = list(self._attempts)
            self._changed.notify_all()
        for attempt in attempts:
            attempt.drain()

    def wait(self, seconds: float) -> bool:
        """Until every slot is free; False when that took too long."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._threads, seconds)

    def _dispatch(self) -> None:
        while not self._draining:
            with self._changed:
                self._changed.wait_for(lambda: self._woken or self._draining, LOOK_EVERY)
                self._woken = False
            try:
                self._take_all()
            except DatabaseError:
                logger.warning("the database does not answer; no job is taken")
                connections.close_all()
            except Exception:
                # Storage may be away while terms are asked about what lies there; the worker outlives that too.
                logger.exception("no job could be taken")
                connections.close_all()
        connections.close_all()

    def _take_all(self) -> None:
        while self._free and self._take():
            if self._draining:
                return

    def _take(self) -> bool:
        """Claim the next job that the free slots can run; False when there is none.

        A job of several processes takes as many of them at once. While it is next and too few are free, they are kept
        for it: whatever runs ends, so its turn comes.
        """
        for device in dict.fromkeys(slot.device for slot in self._free):
            queues = [queue for queue in self._queues if queueing.device_of(queue) == device]
            free = [slot for slot in self._free if slot.device == device]
            job = self._next(device, queues, free=len(free)) if queues else None
            if job is None:
                continue
            taken = free[: job.processes]
            slot = Slot.together(taken)
            run = claim_job(job.pk, node=self._node, slot=slot.name)
            if run is not None:
                self._begin(Attempt(run, slot, self._server), taken)
            return True
        return False

    def _next(self, device: str, queues: Sequence[str], *, free: int) -> TrainingJob | None:
        kept = self._kept.pop(device, None)
        job = queueing.next_for(queues, most=self._all[device], kept=kept)
        if job is not None and job.processes > free:
            self._kept[device] = job.pk
            return None
        return job

    def _begin(self, attempt: Attempt, slots: list[Slot]) -> None:
        thread = threading.Thread(target=self._run, args=(attempt,), name=f"run-{attempt.run.pk}", daemon=True)
        with self._changed:
            for slot in slots:
                self._free.remove(slot)
            self._attempts[attempt] = slots
            self._threads.add(thread)
            draining = self._draining
        thread.start()
        if draining:
            attempt.drain()

    def _run(self, attempt: Attempt) -> None:
        try:
            attempt.supervise()
        except Exception:
            # The lease runs out and the sweep queues the job again; the slot must not be lost with it.
            logger.exception("run %s ended without an outcome", attempt.run)
        finally:
            connections.close_all()
            with self._changed:
                self._free += self._attempts.pop(attempt)
                self._threads.discard(threading.current_thread())
                self._woken = True
                self._changed.notify_all()


def cpu_slots(count: int) -> list[Slot]:
    """Equal shares of the cores."""
    threads = max(1, machine.cores() // max(1, count))
    return [Slot(f"cpu-{number}", "cpu", threads) for number in range(count)]


def gpu_slots(indices: Sequence[int]) -> list[Slot]:
    """One slot per GPU, with its share of the cores."""
    threads = max(1, machine.cores() // max(1, len(indices)))
    return [Slot(f"gpu-{index}", "gpu", threads, (index,)) for index in indices]


_here: list[SlotPool] = []  # the pool of this process, once it is a worker


def set_pool(pool: SlotPool) -> None:
    """From now on messages wake this pool."""
    _here[:] = [pool]


def take_job(job_id: int) -> None:
    """Wake this process's pool; without one (a task called by hand) run the job here and now."""
    if _here:
        _here[0].wake()
    else:
        attempt_job(job_id, slot=Slot("here", "cpu", machine.cores()), server=fork_server)
