"""A compute node with an NVIDIA GPU: what it tells of it, and a job that runs there."""

from collections.abc import Callable
from typing import Any

import pytest

from chainhub.jobs.models import Run
from chainhub.nodes import machine
from chainhub.nodes.models import ComputeNode
from chainhub.registry import scores
from tests.factories import jobs as make
from tests.process.conftest import WorkerProcess, until
from tests.process.test_models import published

pytestmark = [
    pytest.mark.process,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not machine.gpus(), reason="this machine shows no NVIDIA GPU"),
]


def test_job_for_a_gpu_runs_on_the_node_that_has_one(
    start_worker: Callable[..., WorkerProcess], alice: Any, anvil: Any, alliance: Any, ours: Any, theirs: Any
) -> None:
    start_worker("cpu", "--slots", "1", "--beat")
    start_worker("gpu", "--queues", "gpu,system")
    node = until(lambda: ComputeNode.objects.present().filter(name="gpu").first(), 60, what="the node's start")
    assert node.gpus[0]["name"].startswith("NVIDIA")
    assert node.gpus[0]["memory_bytes"] > 2**30
    assert node.slots_for("gpu") == len(node.gpus)
    few = {"epochs": 3, "explained": False, "dropout": 0.0}
    made = {
        device: make.make_job(alice, anvil, alliance, [ours, theirs], parameters=few, title=device, device=device)
        for device in ("gpu", "cpu")
    }
    found = {device: until(lambda job=job: published(job), 120, what="publishing") for device, job in made.items()}
    assert Run.objects.get(job=made["gpu"]).slot == "gpu-0"
    assert Run.objects.get(job=made["cpu"]).slot.startswith("cpu-")
    gpu, cpu = (scores.overall(found[device].evaluation) for device in ("gpu", "cpu"))
    assert {name: score.value for name, score in gpu.items()} == pytest.approx(
        {name: score.value for name, score in cpu.items()}, abs=0.02
    )
    seen = until(lambda: ComputeNode.objects.get(name="gpu").load.get("gpus"), 30, what="the GPU's load")
    assert seen[0]["memory_used"] > 0
