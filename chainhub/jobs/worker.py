"""The worker process: Celery for messages and short tasks, a pool of slots for jobs, a heartbeat for the node."""

import logging
import os
import shutil
import signal
import threading
from collections import Counter
from collections.abc import Sequence
from types import FrameType
from typing import Any

from celery import signals
from celery.beat import EmbeddedService
from celery.worker import state
from django.db import DatabaseError, connections

from chainhub.celery import app
from chainhub.core.live import publish
from chainhub.jobs import runner
from chainhub.jobs.keeper import DRAIN_GRACE
from chainhub.jobs.models import Run
from chainhub.jobs.pool import SlotPool, cpu_slots, gpu_slots, set_pool
from chainhub.jobs.queueing import device_of, own_queue
from chainhub.jobs.services import reap_lost
from chainhub.jobs.supervisor import SupervisorError, fork_server
from chainhub.nodes import services as nodes
from chainhub.organizations.models import Organization

logger = logging.getLogger(__name__)

BEAT_EVERY = 5.0  # seconds
TRAINING = ("cpu", "gpu")


class Worker:
    """One compute node's process."""

    def __init__(
        self,
        *,
        queues: Sequence[str],
        cpu_slots: int,
        gpus: Sequence[int],
        name: str,
        owner: Organization | None,
        beat: bool,
        system_threads: int,
    ) -> None:
        """Announce the node."""
        own = [own_queue(owner.pk, queue) for queue in queues if queue in TRAINING] if owner else []
        self._queues = [*own, *queues]
        self._slots = _slots(cpu_slots, gpus)
        self._threads, self._beat = system_threads, beat
        self._leaving = threading.Event()
        self._stopped = threading.Event()
        self.node = nodes.announce_node(
            name=name,
            pid=os.getpid(),
            queues=self._queues,
            slots=Counter(slot.device for slot in self._slots),
            gpus=gpus,
            organization=owner,
        )
        training = [queue for queue in self._queues if device_of(queue) in TRAINING]
        self._pool = SlotPool(self._slots, node=self.node, queues=training, server=fork_server)
        set_pool(self._pool)

    def run(self) -> int:
        """Serve until told to stop; 0 when everything was given back in order."""
        _clear_folders()
        reap_lost()
        threading.Thread(target=self._tell, name="heartbeat", daemon=True).start()
        if self._slots:
            threading.Thread(target=self._warm, name="warm-up", daemon=True).start()
        self._ready()  # a stop may come before the broker answers
        signals.worker_ready.connect(self._ready, weak=False)
        if self._beat:
            # In a thread: a process of its own would live on when this one is killed.
            beat: Any = EmbeddedService(app, thread=True, scheduler_cls="celery.beat:Scheduler")
            beat.start()
        self._celery().start()
        return self._leave()

    def _celery(self) -> Any:
        app.conf.update(
            worker_hijack_root_logger=False,
            worker_redirect_stdouts=False,
            broker_connection_max_retries=None,  # the broker may be away for as long as it likes
            worker_cancel_long_running_tasks_on_connection_loss=False,
        )
        return app.Worker(
            hostname=f"{self.node.name}@{self.node.hostname}",
            pool_cls="threads",
            concurrency=self._threads,
            queues=self._queues,
            quiet=True,
            without_gossip=True,
            without_mingle=True,
        )

    def _ready(self, **_kwargs: Any) -> None:
        """After Celery put its own handlers in place."""
        signal.signal(signal.SIGTERM, self._on_signal)
        signal.signal(signal.SIGINT, self._on_signal)

    def _on_signal(self, _signum: int, _frame: FrameType | None) -> None:
        if self._leaving.is_set():
            os._exit(1)  # whoever asks twice wants it now: the children notice, the leases run out
        self._leaving.set()
        # A handler runs between two steps of the main thread and may hold its locks: others do the work.
        threading.Thread(target=self._drain, name="drain", daemon=True).start()

    def _drain(self) -> None:
        self._pool.drain()
        try:
            nodes.drain_node(self.node)
        except DatabaseError:
            logger.warning("the database does not answer; the node leaves without a word")
        finally:
            connections.close_all()
        state.should_stop = 0  # type: ignore[assignment]

    def _warm(self) -> None:
        """Jobs are taken once they can start at once."""
        while not self._leaving.is_set():
            try:
                fork_server.warm()
            except (SupervisorError, OSError) as error:
                logger.error("%s Trying again.", error)  # noqa: TRY400 (the trainer has said why)
                self._leaving.wait(5)
            else:
                self._pool.start()
                return

    def _tell(self) -> None:
        while not self._stopped.wait(BEAT_EVERY):
            try:
                nodes.beat(self.node)
            except DatabaseError:
                logger.warning("the database does not answer; the heartbeat waits")
                connections.close_all()

    def _leave(self) -> int:
        self._leaving.set()
        self._pool.drain()
        in_order = self._pool.wait(DRAIN_GRACE + 5)
        fork_server.stop()
        self._stopped.set()
        nodes.stop_node(self.node)
        publish("nodes", "node", node=self.node.pk)
        return 0 if in_order else 1


def _slots(cpus: int, gpus: Sequence[int]) -> list[Any]:
    return [*cpu_slots(cpus), *gpu_slots(gpus)]


def _clear_folders() -> None:
    """What runs of a killed worker left here; another worker on this machine keeps its own, which are fresh."""
    for folder in runner.runs_folder().iterdir():
        if not _is_used(folder.name):
            shutil.rmtree(folder, ignore_errors=True)


def _is_used(name: str) -> bool:
    run = name.partition("-")[0]
    return run.isdigit() and Run.objects.filter(pk=int(run), ended_at=None).exists()
