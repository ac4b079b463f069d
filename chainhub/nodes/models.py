"""Compute nodes: what each machine has, which queues it serves, and when it was last heard of."""

from datetime import timedelta
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chainhub.core.models import Created
from chainhub.organizations.models import Organization

SILENT_AFTER = timedelta(seconds=30)


class NodeQuerySet(models.QuerySet["ComputeNode"]):
    """Reads of nodes."""

    def visible_to(self, user: Any) -> "NodeQuerySet":
        """Every signed-in person sees what the hub computes on."""
        return self.all() if user.is_authenticated else self.none()

    def present(self) -> "NodeQuerySet":
        return self.filter(stopped_at=None, heartbeat_at__gte=timezone.now() - SILENT_AFTER)

    def serving(self, queue: str) -> "NodeQuerySet":
        """Those present, not draining, that take work from the queue."""
        return self.present().filter(draining=False, queues__queue=queue)


class ComputeNode(Created):
    """A machine (one worker process on it) that runs jobs."""

    name = models.CharField(max_length=160, unique=True)
    hostname = models.CharField(max_length=160)
    pid = models.PositiveIntegerField(default=0, help_text="of its worker, on that host")
    organization = models.ForeignKey(
        Organization, null=True, blank=True, on_delete=models.SET_NULL, related_name="nodes",
        help_text=_("Whose machine it is; it serves its owner's collaborations first."),
    )  # fmt: skip
    cores = models.PositiveIntegerField()
    memory_bytes = models.PositiveBigIntegerField()
    gpus = models.JSONField(default=list, help_text="[{index, name, memory_bytes}]")
    slots = models.PositiveIntegerField(default=1)
    capacity = models.JSONField(default=dict, help_text="{cpu, gpu}: slots of each device")
    load = models.JSONField(
        default=dict, help_text="{cpu, memory, gpus: [{utilization, memory_used}]} at the last heartbeat"
    )
    draining = models.BooleanField(default=False)
    started_at = models.DateTimeField()
    heartbeat_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True, blank=True)

    objects = NodeQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def slots_for(self, device: str) -> int:
        """How many processes it runs on such a device at once; a worker that does not say so has one kind only."""
        return int(self.capacity.get(device, 0)) if self.capacity else self.slots

    @property
    def is_present(self) -> bool:
        return self.stopped_at is None and self.heartbeat_at >= timezone.now() - SILENT_AFTER


class NodeQueue(models.Model):
    """A queue that a node takes work from: `cpu`, `gpu`, `org-<id>-cpu` and the like."""

    node = models.ForeignKey(ComputeNode, on_delete=models.CASCADE, related_name="queues")
    queue = models.CharField(max_length=80, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["node", "queue"], name="a_queue_once_per_node")]

    def __str__(self) -> str:
        return self.queue
