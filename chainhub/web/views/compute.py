"""Pages: compute nodes, what runs where, and the queue with positions and reasons."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from chainhub.core.sentences import render as rendered
from chainhub.jobs.hours import hours_by_organization
from chainhub.jobs.models import Device, Run, TrainingJob
from chainhub.jobs.waiting import waiting as waiting_jobs
from chainhub.nodes.models import ComputeNode
from chainhub.web.http import SignedInRequest

GONE_SHOWN = 5


@login_required
@require_safe
def compute(request: SignedInRequest) -> HttpResponse:
    """What the hub computes on."""
    context = {**_nodes(request.user), **_queue(request.user), "hours": _hours(), "live_topics": "nodes"}
    return render(request, "web/compute/index.html", context)


@login_required
@require_safe
def nodes(request: SignedInRequest) -> HttpResponse:
    """The nodes, fetched again with every heartbeat."""
    return render(request, "web/compute/_nodes.html", _nodes(request.user))


@login_required
@require_safe
def queue(request: SignedInRequest) -> HttpResponse:
    """The queue, fetched again when it moves."""
    return render(request, "web/compute/_queue.html", _queue(request.user))


def _nodes(user: Any) -> dict[str, Any]:
    live = Run.objects.filter(ended_at=None).select_related("job__collaboration", "job__organization").order_by("slot")
    known = ComputeNode.objects.visible_to(user).select_related("organization")
    found = list(known.prefetch_related("queues", Prefetch("runs", live, to_attr="live_runs")).order_by("name"))
    mine = set(
        TrainingJob.objects.visible_to(user)
        .filter(runs__ended_at=None, runs__isnull=False)
        .values_list("pk", flat=True)
    )
    for node in found:
        _describe(node, mine)
    here = [node for node in found if node.is_present]
    gone = sorted((node for node in found if not node.is_present), key=lambda node: node.heartbeat_at, reverse=True)
    return {
        "nodes": here,
        "gone": gone[:GONE_SHOWN],
        "slots": sum(node.slots for node in here),
        "busy": sum(node.slots - node.free for node in here),  # type: ignore[attr-defined]
        "cores": sum(node.cores for node in here),
        "gpus": sum(len(node.gpus) for node in here),
    }


def _describe(node: Any, mine: set[int]) -> None:
    """What the page shows of a node; a job of others is only a job."""
    busy = sum(run.job.processes for run in node.live_runs)
    node.look = "draining" if node.draining else "busy" if busy else "online"
    node.free = max(0, node.slots - busy)
    node.free_slots = range(node.free)
    for run in node.live_runs:
        run.is_mine = run.job_id in mine
    loads = {one.get("index"): one for one in node.load.get("gpus", [])}
    node.gpu_rows = [{**gpu, **loads.get(gpu["index"], {})} for gpu in node.gpus]
    for gpu in node.gpu_rows:
        gpu["memory_share"] = gpu.get("memory_used", 0) / gpu["memory_bytes"] if gpu.get("memory_bytes") else None


def _queue(user: Any) -> dict[str, Any]:
    waiting = waiting_jobs()
    mine = set(
        TrainingJob.objects.visible_to(user).filter(pk__in=[one.job.pk for one in waiting]).values_list("pk", flat=True)
    )
    return {
        "waiting": [
            {"job": one.job, "position": one.position, "reason": rendered(one.reason), "is_mine": one.job.pk in mine}
            for one in waiting
        ]
    }


def _hours() -> dict[str, Any] | None:
    """Who used how much, as a picture; None where nothing ran."""
    spent = hours_by_organization()
    if not spent:
        return None
    devices = [device for device in Device if any(device.value in one for _owner, one in spent)]
    unit, factor = _unit(max(sum(one.values()) for _owner, one in spent))
    return {
        "horizontal": True,
        "stacked": len(devices) > 1,
        "y": {"label": unit},
        "categories": [owner.short_name for owner, _one in spent],
        "colours": [owner.colour for owner, _one in spent] if len(devices) == 1 else None,
        "series": [
            {
                "name": str(device.label),
                "values": [round(one.get(device.value, 0.0) * factor, 2) for _owner, one in spent],
            }
            for device in devices
        ],
    }


def _unit(hours: float) -> tuple[str, int]:
    """In what to tell times of which this is the longest, and how many of it are an hour."""
    if hours >= 1:
        return gettext("hours"), 1
    return (gettext("minutes"), 60) if hours * 60 >= 1 else (gettext("seconds"), 3600)


urlpatterns = [
    path("compute/", compute, name="compute"),
    path("compute/_nodes/", nodes, name="compute-nodes"),
    path("compute/_queue/", queue, name="compute-queue"),
]
