"""Compute nodes that say they are here."""

from collections.abc import Sequence

from django.utils import timezone

from chainhub.nodes.models import ComputeNode, NodeQueue
from chainhub.organizations.models import Organization


def make_node(
    name: str = "node-1", *, queues: Sequence[str] = ("cpu",), slots: int = 1, organization: Organization | None = None
) -> ComputeNode:
    now = timezone.now()
    node = ComputeNode.objects.create(
        name=name, hostname=name, cores=4, memory_bytes=8 * 2**30, slots=slots, started_at=now, heartbeat_at=now,
        organization=organization, load={"cpu": 0.25, "memory": 0.5, "gpus": []},
    )  # fmt: skip
    NodeQueue.objects.bulk_create([NodeQueue(node=node, queue=queue) for queue in queues])
    return node
