"""A worker tells that it is there, how it does, and that it leaves."""

from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from chainhub.core.errors import DomainError
from chainhub.core.live import publish_on_commit
from chainhub.nodes import machine
from chainhub.nodes.models import ComputeNode, NodeQueue
from chainhub.organizations.models import Organization

TOPIC = "nodes"


@transaction.atomic
def announce_node(
    *,
    name: str,
    pid: int,
    queues: Iterable[str],
    slots: Mapping[str, int],
    gpus: Sequence[int],
    organization: Organization | None,
) -> ComputeNode:
    """Enter this machine's worker under `name`, or under the host's name where none is given; slots by device.

    A name is taken over from a worker that has gone. Raises `DomainError` when its worker lives.
    """
    now = timezone.now()
    node, _made = ComputeNode.objects.update_or_create(
        name=_free_name(name, pid),
        defaults={
            "hostname": machine.hostname(),
            "pid": pid,
            "organization": organization,
            "cores": machine.cores(),
            "memory_bytes": machine.memory_bytes(),
            "gpus": [gpu for gpu in machine.gpus() if gpu["index"] in gpus],
            "slots": sum(slots.values()),
            "capacity": dict(slots),
            "load": machine.load(),
            "draining": False,
            "started_at": now,
            "heartbeat_at": now,
            "stopped_at": None,
        },
    )
    node.queues.all().delete()
    NodeQueue.objects.bulk_create([NodeQueue(node=node, queue=queue) for queue in sorted(set(queues))])
    publish_on_commit(TOPIC, "node", node=node.pk)
    return node


def beat(node: ComputeNode) -> None:
    """The worker lives, and this is how busy its machine is."""
    load = machine.load()
    ComputeNode.objects.filter(pk=node.pk).update(heartbeat_at=timezone.now(), load=load, stopped_at=None)
    publish_on_commit(TOPIC, "load", node=node.pk, load=load)


def drain_node(node: ComputeNode) -> None:
    """The worker takes no more jobs."""
    ComputeNode.objects.filter(pk=node.pk).update(draining=True)
    publish_on_commit(TOPIC, "node", node=node.pk)


def stop_node(node: ComputeNode) -> None:
    """The worker has left in order."""
    ComputeNode.objects.filter(pk=node.pk).update(stopped_at=timezone.now(), draining=False)
    publish_on_commit(TOPIC, "node", node=node.pk)


def _free_name(name: str, pid: int) -> str:
    wanted = name or machine.hostname()
    number = 1
    while _is_taken(candidate := wanted if number == 1 else f"{wanted}-{number}", pid):
        if name:
            raise DomainError(gettext_noop("A worker named “%(name)s” is running already."), name=name)
        number += 1
    return candidate


def _is_taken(name: str, pid: int) -> bool:
    """Whether a worker that lives has the name; one of this host is asked for by its process number."""
    node = ComputeNode.objects.filter(name=name).first()
    if node is None or node.pid == pid:
        return False
    if node.hostname == machine.hostname():
        return node.is_present and machine.is_alive(node.pid)
    return node.is_present
