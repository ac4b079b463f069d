"""Which queue a job waits in, who is next, and why each one waits.

A node takes work itself: its owner's queues first, then the general ones. Within a queue the collaboration that has
the fewest jobs running is served first, and within a collaboration the job that came first.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext_noop

from chainhub.collaborations.models import Participant
from chainhub.core.sentences import Sentence, sentence
from chainhub.jobs.models import Device, Run, Status, TrainingJob
from chainhub.nodes.models import SILENT_AFTER, ComputeNode, NodeQueue

OWN_NODE_PATIENCE = timedelta(seconds=60)  # how long a job waits for an own node before any node may take it
LONG = ("parameters", "fields", "result")  # columns that say nothing about an order
LOOK_AHEAD = 500  # queued jobs that are put in order; the others wait behind them

NO_GPU_NODE = gettext_noop("Waits for a GPU node: none is connected.")
NO_NODE = gettext_noop("Waits for a compute node: none is connected.")
OWN_BUSY = gettext_noop("Waits for a free slot on a node of its own participants. Jobs ahead of it: %(ahead)s.")
ALL_BUSY = gettext_noop("Waits for a free slot: all are in use. Jobs ahead of it: %(ahead)s.")
NEXT = gettext_noop("Starts as soon as a node takes it.")


@dataclass(frozen=True)
class Waiting:
    """A queued job, its place in its queue (from 1) and why it waits."""

    job: TrainingJob
    position: int
    reason: Sentence


def own_queue(organization_id: int, device: str) -> str:
    """The queue of an organization's own nodes."""
    return f"org-{organization_id}-{device}"


def device_of(queue: str) -> str:
    """What a queue's jobs compute on."""
    return queue.rpartition("-")[2]


def served_queues() -> set[str]:
    """Queues from which a node that is here takes work."""
    silent = timezone.now() - SILENT_AFTER
    here = NodeQueue.objects.filter(node__stopped_at=None, node__draining=False, node__heartbeat_at__gte=silent)
    return set(here.values_list("queue", flat=True))


def choose_queue(job: TrainingJob, *, served: set[str] | None = None) -> str:
    """A present node of a participant comes first, the launching organization's before the others'."""
    served = served_queues() if served is None else served
    partners = Participant.objects.filter(collaboration=job.collaboration_id).accepted()
    owners = sorted(partners.values_list("organization_id", flat=True), key=lambda pk: (pk != job.organization_id, pk))
    own = (own_queue(owner, job.device) for owner in owners)
    return next((queue for queue in own if queue in served), job.device)


def better_queue(job: TrainingJob, served: set[str]) -> str:
    """Where a job that already waits should wait: not for ever for an own node, and not for one that left."""
    if job.queue != job.device:
        waited = timezone.now() - (job.queued_at or timezone.now())
        return job.device if job.queue not in served or waited > OWN_NODE_PATIENCE else job.queue
    return job.queue


def next_for(queues: Sequence[str]) -> TrainingJob | None:
    """The job that a node with these queues should take now; queues are served in the given order."""
    found = defaultdict(list)
    queued = TrainingJob.objects.in_queue().filter(queue__in=queues, cancel_requested_at=None).defer(*LONG)
    for job in queued[:LOOK_AHEAD]:
        found[job.queue].append(job)
    if not found:
        return None
    first = next(queue for queue in queues if queue in found)
    return in_fair_order(found[first], running_by_collaboration())[0]


def running_by_collaboration() -> Counter[int]:
    """How many jobs of each collaboration run now."""
    rows = TrainingJob.objects.filter(status=Status.RUNNING).values("collaboration").annotate(jobs=Count("pk"))
    return Counter({row["collaboration"]: row["jobs"] for row in rows.order_by()})


def in_fair_order(jobs: Iterable[TrainingJob], running: Counter[int]) -> list[TrainingJob]:
    """Jobs (oldest first) so that no collaboration waits behind all the jobs of another."""
    lines: dict[int, deque[TrainingJob]] = defaultdict(deque)
    for job in jobs:
        lines[job.collaboration_id].append(job)
    taken, order = Counter(running), []
    while lines:
        chosen = min(lines, key=lambda pk: (taken[pk], lines[pk][0].queued_at, lines[pk][0].pk))
        order.append(lines[chosen].popleft())
        taken[chosen] += 1
        if not lines[chosen]:
            del lines[chosen]
    return order


def waiting() -> list[Waiting]:
    """Everything that is queued: queue by queue in the order in which it will be served, with the reason."""
    jobs = TrainingJob.objects.in_queue().select_related("collaboration", "organization").defer(*LONG)
    by_queue: dict[str, list[TrainingJob]] = defaultdict(list)
    for job in jobs[:LOOK_AHEAD]:
        by_queue[job.queue].append(job)
    if not by_queue:
        return []
    running, free = running_by_collaboration(), _Slots()
    return [
        Waiting(job, position, free.reason(queue, position))
        for queue, line in sorted(by_queue.items())
        for position, job in enumerate(in_fair_order(line, running), start=1)
    ]


def why_it_waits(job: TrainingJob) -> Waiting | None:
    """The same for one job; None when it does not wait."""
    return next((one for one in waiting() if one.job.pk == job.pk), None)


class _Slots:
    """Slots of the nodes that serve each queue, counted once."""

    def __init__(self) -> None:
        self._all: Counter[str] = Counter()
        self._taken: Counter[str] = Counter()
        nodes = ComputeNode.objects.present().filter(draining=False).prefetch_related("queues")
        live = Run.objects.filter(ended_at=None).values_list("node").annotate(runs=Count("pk")).order_by()
        running = dict(live)
        for node in nodes:
            for queue in node.queues.all():
                self._all[queue.queue] += node.slots
                self._taken[queue.queue] += running.get(node.pk, 0)

    def reason(self, queue: str, position: int) -> Sentence:
        ahead = position - 1
        if not self._all[queue]:
            return sentence(NO_GPU_NODE if device_of(queue) == Device.GPU else NO_NODE)
        if self._taken[queue] + ahead < self._all[queue]:
            return sentence(NEXT)
        if queue.startswith("org-"):
            return sentence(OWN_BUSY, ahead=ahead)
        return sentence(ALL_BUSY, ahead=ahead)
