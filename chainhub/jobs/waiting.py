"""Why each queued job waits, in words, and how wide a job may be."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Sum
from django.utils.translation import gettext_noop

from chainhub.collaborations.models import Collaboration, Participant
from chainhub.core.errors import InvalidInputError
from chainhub.core.sentences import Sentence, sentence
from chainhub.jobs.models import Device, Run, TrainingJob
from chainhub.jobs.queueing import LONG, LOOK_AHEAD, device_of, in_fair_order, own_queue, taken_by_collaboration
from chainhub.nodes.models import ComputeNode

MOST_PROCESSES = 64  # where no node is connected that could say how many it has room for

NO_GPU_NODE = gettext_noop("Waits for a GPU node: none is connected.")
NO_NODE = gettext_noop("Waits for a compute node: none is connected.")
OWN_BUSY = gettext_noop("Waits for a free slot on a node of its own participants. Jobs ahead of it: %(ahead)s.")
ALL_BUSY = gettext_noop("Waits for a free slot: all are in use. Jobs ahead of it: %(ahead)s.")
TOO_WIDE = gettext_noop(
    "Waits for a node with %(wanted)s slots, one for each of its processes; the largest that is connected has %(most)s."
)
TOGETHER = gettext_noop(
    "Waits until %(wanted)s slots of one node are free together, one for each of its processes; no job overtakes it "
    "there. Jobs ahead of it: %(ahead)s."
)
TOO_MANY = gettext_noop("A job runs in 1 to %(most)s processes: the largest node that would take it has so many slots.")
ONLY_ONE = gettext_noop("The nodes that would take it have one slot each, so it runs in one process.")
TOO_MANY_ANYWHERE = gettext_noop("A job runs in 1 to %(most)s processes.")
NEXT = gettext_noop("Starts as soon as a node takes it.")


@dataclass(frozen=True)
class Waiting:
    """A queued job, its place in its queue (from 1) and why it waits."""

    job: TrainingJob
    position: int
    reason: Sentence


def waiting() -> list[Waiting]:
    """Everything that is queued: queue by queue in the order in which it will be served, with the reason."""
    jobs = TrainingJob.objects.in_queue().select_related("collaboration", "organization").defer(*LONG)
    by_queue: dict[str, list[TrainingJob]] = defaultdict(list)
    for job in jobs[:LOOK_AHEAD]:
        by_queue[job.queue].append(job)
    if not by_queue:
        return []
    running, rooms = taken_by_collaboration(), _rooms()
    found = []
    for queue, line in sorted(by_queue.items()):
        most = max((room.slots for room in rooms[queue]), default=0)
        before = ahead = 0  # jobs that a node could take before it, and their slots
        for position, job in enumerate(in_fair_order(line, running), start=1):
            found.append(Waiting(job, position, _reason(job, rooms[queue], before=before, ahead=ahead)))
            if job.processes <= most:
                before, ahead = before + 1, ahead + job.processes
    return found


def why_it_waits(job: TrainingJob) -> Waiting | None:
    """The same for one job; None when it does not wait."""
    return next((one for one in waiting() if one.job.pk == job.pk), None)


@dataclass(frozen=True)
class _Room:
    """A node's slots for one device."""

    slots: int
    taken: int


def _rooms() -> dict[str, list[_Room]]:
    """Queue to what the nodes have that serve it, counted once."""
    nodes = ComputeNode.objects.present().filter(draining=False).prefetch_related("queues")
    live = Run.objects.filter(ended_at=None).values_list("node", "job__device").annotate(Sum("job__processes"))
    taken = {(node, device): slots for node, device, slots in live.order_by()}
    rooms: dict[str, list[_Room]] = defaultdict(list)
    for node in nodes:
        for queue in node.queues.all():
            device = device_of(queue.queue)
            rooms[queue.queue].append(_Room(node.slots_for(device), taken.get((node.pk, device), 0)))
    return rooms


def _reason(job: TrainingJob, rooms: list[_Room], *, before: int, ahead: int) -> Sentence:
    wanted, most = job.processes, max((room.slots for room in rooms), default=0)
    free = sum(room.slots - room.taken for room in rooms)
    if not most:
        return sentence(NO_GPU_NODE if job.device == Device.GPU else NO_NODE)
    if wanted > most:
        return sentence(TOO_WIDE, wanted=wanted, most=most)
    if wanted == 1 and ahead < free:
        return sentence(NEXT)
    if wanted > 1:
        whole = any(room.slots - room.taken >= wanted for room in rooms)
        return sentence(NEXT) if whole and not ahead else sentence(TOGETHER, wanted=wanted, ahead=before)
    return sentence(OWN_BUSY if job.queue.startswith("org-") else ALL_BUSY, ahead=before)


def widest(device: str, collaboration: Collaboration) -> int | None:
    """Slots of the largest connected node that would take the collaboration's jobs; None where there is none."""
    partners = Participant.objects.filter(collaboration=collaboration).accepted()
    queues = [device, *(own_queue(pk, device) for pk in partners.values_list("organization_id", flat=True))]
    nodes = ComputeNode.objects.present().filter(draining=False, queues__queue__in=queues).distinct()
    return max((node.slots_for(device) for node in nodes), default=None)


def check_processes(processes: int, device: str, collaboration: Collaboration) -> None:
    """Raises `InvalidInputError` where no node has room for so many at once."""
    most = widest(device, collaboration) if processes != 1 else None
    if 1 <= processes <= (most or MOST_PROCESSES):
        return
    if most == 1:
        raise InvalidInputError(ONLY_ONE, field="processes")
    if most:
        raise InvalidInputError(TOO_MANY, field="processes", most=most)
    raise InvalidInputError(TOO_MANY_ANYWHERE, field="processes", most=MOST_PROCESSES)
