"""Holds a run's lease, and ends its child when somebody wants that or when a limit is passed."""

import enum
import logging
import threading
import time

from django.conf import settings
from django.db import DatabaseError, connections
from django.utils import timezone

from chainhub.jobs.models import Run
from chainhub.jobs.services import recording, running
from chainhub.jobs.services.running import LeaseLostError
from chainhub.jobs.supervisor import Child

logger = logging.getLogger(__name__)

LOOK_EVERY = 0.5  # seconds
USAGE_EVERY = 2.0
GRACE = 3.0  # seconds for a checkpoint after being asked; then the group is killed
DRAIN_GRACE = 20.0  # nobody waits for a node that leaves, so a large checkpoint may take its time
OVERTIME = 30.0  # seconds that the trainer has to end by itself after its time limit
MEGABYTE = 2**20


class Stop(enum.Enum):
    """Why a run is being ended from outside."""

    CANCELED = "canceled"
    DRAINED = "drained"
    LOST = "lost"
    TIME = "time"
    MEMORY = "memory"


class Keeper:
    """A thread beside the one that relays."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._child: Child | None = None
        self._end = threading.Event()
        self._began = time.monotonic()
        self._kill_at = float("inf")
        self._renew_every = settings.LEASE_SECONDS / 5
        self._next_renewal = self._began + self._renew_every
        self._next_usage = self._began + USAGE_EVERY
        self._thread = threading.Thread(target=self._keep, name=f"keeper-{run.pk}", daemon=True)
        self.asked: Stop | None = None

    def start(self) -> None:
        self._thread.start()

    def watch(self, child: Child) -> None:
        """From now on there is something to end; what was asked before is asked now."""
        self._child = child
        if self.asked:
            self._end_child(self.asked)

    def ask(self, why: Stop) -> None:
        """End the child for this reason; the first reason stands, only a lost lease outweighs it."""
        if self.asked is None or (why is Stop.LOST and self.asked is not Stop.LOST):
            self.asked = why
            self._end_child(why)

    def stop(self) -> None:
        self._end.set()
        if self._thread.is_alive():
            self._thread.join(5)

    def _end_child(self, why: Stop) -> None:
        if self._child is None:
            return
        if why is Stop.LOST:
            self._child.kill()
        else:
            self._child.ask_to_stop()
            self._kill_at = time.monotonic() + (DRAIN_GRACE if why is Stop.DRAINED else GRACE)

    def _keep(self) -> None:
        try:
            while not self._end.wait(LOOK_EVERY):
                if self._child and time.monotonic() >= self._kill_at:
                    self._child.kill()
                self._look()
        finally:
            connections.close_all()

    def _look(self) -> None:
        try:
            self._hold()
            if running.asked_to_cancel(self._run):
                self.ask(Stop.CANCELED)
            self._measure()
        except LeaseLostError:
            self.ask(Stop.LOST)
        except DatabaseError:
            logger.warning("run %s: the database does not answer", self._run)
            connections.close_all()
            if timezone.now() > self._run.lease_until:
                self.ask(Stop.LOST)

    def _hold(self) -> None:
        if time.monotonic() >= self._next_renewal:
            running.renew_lease(self._run)
            self._next_renewal = time.monotonic() + self._renew_every

    def _measure(self) -> None:
        """What the child takes, and whether that is too much."""
        limits, now = self._run.job.limits, time.monotonic()
        if (minutes := limits.get("minutes")) and now - self._began > minutes * 60 + OVERTIME:
            self.ask(Stop.TIME)
        if self._child is None or now < self._next_usage:
            return
        self._next_usage = now + USAGE_EVERY
        if usage := self._child.usage():
            recording.record_usage(self._run, usage)
            if (most := limits.get("memory_mb")) and usage["memory"] > 2 * most * MEGABYTE * self._run.job.processes:
                self.ask(Stop.MEMORY)
