"""One attempt at a job, from claim to end, in a thread of its worker.

Two threads share the work, so that slow storage never delays a cancel: this one carries the child's words to the
database, the keeper holds the lease, looks whether somebody wants the run to stop, and ends it if it does not.
"""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import OperationalError, close_old_connections, connections
from django.utils import timezone

from chainhub.datasets.references import ChangedReferenceError, UnreachableError
from chainhub.jobs import ending, runner
from chainhub.jobs.cache import trim_cache
from chainhub.jobs.keeper import Keeper, Stop
from chainhub.jobs.models import Run
from chainhub.jobs.runner import Layout, Said
from chainhub.jobs.services import recording, running
from chainhub.jobs.services.running import LeaseLostError
from chainhub.jobs.supervisor import Child, ForkServer, SupervisorError
from chainhub.organizations.models import Organization
from chainhub.repositories.storage import DamagedBlobError

logger = logging.getLogger(__name__)

RETRY_FOR = 60.0  # seconds in which a database that does not answer may come back
CHECKPOINT_EVERY = 5.0  # seconds between two checkpoints that leave this machine


@dataclass(frozen=True)
class Slot:
    """A share of the machine: its name, its threads, its GPUs; of several together, those of all of them."""

    name: str
    device: str
    threads: int
    gpus: tuple[int, ...] = ()

    @classmethod
    def together(cls, slots: "Sequence[Slot]") -> "Slot":
        """What a job of several processes has: the trainer deals threads and GPUs out to them, in order."""
        return cls(
            name=", ".join(slot.name for slot in slots),
            device=slots[0].device,
            threads=sum(slot.threads for slot in slots),
            gpus=tuple(gpu for slot in slots for gpu in slot.gpus),
        )

    def environment(self) -> dict[str, str]:
        return {
            "CUDA_VISIBLE_DEVICES": ",".join(map(str, self.gpus)),
            "OMP_NUM_THREADS": str(self.threads),
        }


class Attempt:
    """A claimed run on this machine."""

    def __init__(self, run: Run, slot: Slot, server: ForkServer) -> None:
        self.run, self.slot, self.server = run, slot, server
        self.keeper = Keeper(run)
        self.last: Said | None = None  # the trainer's last word: finished or failed
        self._began = time.monotonic()
        self._checkpoint_due = 0.0
        self._waiting_checkpoint: Said | None = None
        self._parties = {
            one.slug: one
            for one in Organization.objects.filter(datasets__versions__job_inputs__job=run.job_id).distinct()
        }

    def supervise(self) -> None:
        """Lay out, start, relay, end. Whatever goes wrong ends the run with a sentence, and never the worker."""
        layout: Layout | None = None
        try:
            self.keeper.start()
            layout = runner.lay_out(self.run)
            self._mark("layout")
            child = self.server.launch(layout.spec, env=self.slot.environment(), threads=self.slot.threads)
            self._mark("fork")
            self._relay(child, layout)
        except (UnreachableError, ChangedReferenceError) as error:
            told = error.sentence
            self._conclude(lambda: ending.could_not_start(self.run, told))
        except (SupervisorError, DamagedBlobError, OSError) as error:
            logger.exception("run %s could not be started", self.run)
            reason = str(error)
            self._conclude(lambda: ending.could_not_start(self.run, reason))
        except LeaseLostError:
            logger.warning("run %s lost its lease; another worker has the job", self.run)
        finally:
            self.keeper.stop()
            if layout:
                layout.clear()
            trim_cache()

    def drain(self) -> None:
        """Write a checkpoint, leave, and let another node go on."""
        self.keeper.ask(Stop.DRAINED)

    def _relay(self, child: Child, layout: Layout) -> None:
        try:
            self.keeper.watch(child)
            Run.objects.filter(pk=self.run.pk).update(pid=child.pid)
            for said in runner.events(child.events):
                if said:
                    self._take(said, layout)
                self._keep_checkpoint(layout)
            child.exited.wait(5)
        finally:
            child.close()
        self._keep_checkpoint(layout, now=True)
        self._conclude(lambda: ending.conclude(self.run, self.keeper.asked, child.status, self.last, layout.output))

    def _take(self, said: list[Said], layout: Layout) -> None:
        self._retry(lambda: recording.record_events(self.run, said, parties=self._parties))
        for one in said:
            if one.kind == "artifact":
                path = str(one.payload["path"])
                self._retry(lambda path=path: ending.store_artifact(self.run, layout.output, path))  # type: ignore[misc]
            elif one.kind == "checkpoint":
                self._waiting_checkpoint = one
            elif one.kind in {"finished", "failed"}:
                self.last = one
            self._note_first(one)

    def _note_first(self, one: Said) -> None:
        """From the trainer's own clock: data read, first step taken."""
        name = {"started": "load", "progress": "first_step"}.get(one.kind)
        if name and name not in self.run.timings:
            recording.record_timings(self.run, {name: round((one.at - self.run.started_at).total_seconds(), 4)})

    def _mark(self, name: str) -> None:
        elapsed = (timezone.now() - self.run.started_at).total_seconds()
        self.run.timings[name] = round(elapsed, 4)

    def _keep_checkpoint(self, layout: Layout, *, now: bool = False) -> None:
        """The newest checkpoint leaves this machine, now and then, and at the end."""
        said = self._waiting_checkpoint
        if said is None or (not now and time.monotonic() < self._checkpoint_due):
            return
        self._waiting_checkpoint = None
        self._retry(lambda: ending.store_checkpoint(self.run, layout.output, said))
        self._checkpoint_due = time.monotonic() + CHECKPOINT_EVERY

    def _conclude(self, act: Callable[[], Any]) -> None:
        try:
            self._retry(act)
        except LeaseLostError:
            logger.warning("run %s ended without its lease; another worker has the job", self.run)

    def _retry(self, act: Callable[[], Any]) -> None:
        """A database that is locked or away for a moment must not end a run; the keeper ends it in time."""
        deadline = time.monotonic() + RETRY_FOR
        while True:
            try:
                act()
            except OperationalError:
                if time.monotonic() > deadline or self.keeper.asked is Stop.LOST:
                    raise LeaseLostError from None
                logger.warning("the database does not answer; run %s waits", self.run)
                connections.close_all()
                time.sleep(0.5)
            else:
                return


def attempt_job(job_id: int, *, slot: Slot, server: ForkServer, node: Any = None) -> Run | None:
    """Claim the job and see it through, here and now; None when it was not there to be claimed."""
    run = running.claim_job(job_id, node=node, slot=slot.name)
    if run is not None:
        try:
            Attempt(run, slot, server).supervise()
        finally:
            close_old_connections()
    return run
