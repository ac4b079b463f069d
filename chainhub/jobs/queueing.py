"""Which queue a job waits in, and who is next; why each one waits is told by `waiting`.

A node takes work itself: its owner's queues first, then the general ones. Within a queue the collaboration that has
the fewest slots taken is served first, and within a collaboration the job that came first. A job of several processes
needs as many slots of one node; once it is next there, nobody of its queue overtakes it while they become free.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.db.models import Sum
from django.utils import timezone

from chainhub.collaborations.models import Participant
from chainhub.jobs.models import Status, TrainingJob
from chainhub.nodes.models import SILENT_AFTER, NodeQueue

OWN_NODE_PATIENCE = timedelta(seconds=60)  # how long a job waits for an own node before any node may take it
LONG = ("parameters", "fields", "result")  # columns that say nothing about an order
LOOK_AHEAD = 500  # queued jobs that are put in order; the others wait behind them


def own_queue(organization_id: int, device: str) -> str:
    """The queue of an organization's own nodes."""
    return f"org-{organization_id}-{device}"


def device_of(queue: str) -> str:
    """What a queue's jobs compute on."""
    return queue.rpartition("-")[2]


def served_queues(*, processes: int = 1) -> set[str]:
    """Queues from which a node that is here takes work, with slots for so many processes."""
    silent = timezone.now() - SILENT_AFTER
    here = NodeQueue.objects.filter(node__stopped_at=None, node__draining=False, node__heartbeat_at__gte=silent)
    if processes == 1:
        return set(here.values_list("queue", flat=True))
    wide = here.select_related("node")
    return {one.queue for one in wide if one.node.slots_for(device_of(one.queue)) >= processes}


def choose_queue(job: TrainingJob) -> str:
    """A present node of a participant comes first, the launching organization's before the others'."""
    served = served_queues(processes=job.processes)
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


def next_for(queues: Sequence[str], *, most: int = 1, kept: int | None = None) -> TrainingJob | None:
    """The job that is next on a node with these queues and `most` slots; queues are served in the given order.

    One that needs more slots waits for another node. `kept` is the job for which the node keeps slots: it stays the
    next of its queue, though a collaboration with fewer slots taken would come first by now.
    """
    found = defaultdict(list)
    queued = TrainingJob.objects.in_queue().filter(queue__in=queues, cancel_requested_at=None, processes__lte=most)
    for job in queued.defer(*LONG)[:LOOK_AHEAD]:
        found[job.queue].append(job)
    if not found:
        return None
    line = next(queue for queue in queues if queue in found)
    order = in_fair_order(found[line], taken_by_collaboration())
    return next((job for job in order if job.pk == kept), order[0])


def taken_by_collaboration() -> Counter[int]:
    """How many slots the running jobs of each collaboration take now."""
    rows = TrainingJob.objects.filter(status=Status.RUNNING).values("collaboration").annotate(slots=Sum("processes"))
    return Counter({row["collaboration"]: row["slots"] for row in rows.order_by()})


def in_fair_order(jobs: Iterable[TrainingJob], running: Counter[int]) -> list[TrainingJob]:
    """Jobs (oldest first) so that no collaboration waits behind all the jobs of another; `running` counts slots."""
    lines: dict[int, deque[TrainingJob]] = defaultdict(deque)
    for job in jobs:
        lines[job.collaboration_id].append(job)
    taken, order = Counter(running), []
    while lines:
        chosen = min(lines, key=lambda pk: (taken[pk], lines[pk][0].queued_at, lines[pk][0].pk))
        order.append(lines[chosen].popleft())
        taken[chosen] += order[-1].processes
        if not lines[chosen]:
            del lines[chosen]
    return order
