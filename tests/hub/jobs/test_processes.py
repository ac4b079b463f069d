"""A job of several processes takes as many slots of one node: it waits for them, and nobody overtakes it there."""

import threading
from pathlib import Path
from typing import Any

import pytest

from chainhub.collaborations.services import open_collaboration
from chainhub.core.errors import InvalidInputError
from chainhub.core.sentences import render
from chainhub.jobs import pool, queueing, runner, services, waiting
from chainhub.jobs.attempts import Slot
from chainhub.jobs.models import Run, TrainingJob
from chainhub.jobs.specs import spec_hash
from chainhub.nodes.models import ComputeNode
from tests.factories import jobs as make
from tests.factories.nodes import make_node


@pytest.fixture
def launch(alice: Any, anvil: Any, alliance: Any, ours: Any) -> Any:
    return lambda **asked: make.make_job(alice, anvil, alliance, [ours], **asked)


@pytest.fixture
def wide(db: None) -> ComputeNode:
    """A node with three slots on the CPU."""
    return make_node("wide", slots=3)


def why(job: TrainingJob) -> str:
    found = waiting.why_it_waits(job)
    assert found is not None
    return render(found.reason)


def test_a_launch_is_limited_by_the_largest_node(launch: Any, wide: ComputeNode, node: ComputeNode) -> None:
    assert launch(processes=3).processes == 3
    for processes in (0, 4):
        with pytest.raises(InvalidInputError, match="1 to 3 processes"):
            launch(processes=processes)
    with pytest.raises(InvalidInputError, match="1 to 64 processes"):
        launch(processes=65, device="gpu")


def test_a_node_says_how_many_slots_each_device_has(db: None) -> None:
    both = make_node("both", queues=["cpu", "gpu"], slots=5)
    both.capacity = {"cpu": 1, "gpu": 4}
    both.save()
    assert (both.slots_for("cpu"), both.slots_for("gpu")) == (1, 4)
    assert queueing.served_queues(processes=2) == {"gpu"}


def test_it_waits_where_there_is_room_and_says_so(launch: Any, wide: ComputeNode, node: ComputeNode) -> None:
    job = launch(processes=3)
    assert why(job) == "Starts as soon as a node takes it."
    ComputeNode.objects.filter(pk=wide.pk).update(draining=True)
    assert why(job).startswith("Waits for a node with 3 slots, one for each of its processes; the largest")
    ComputeNode.objects.filter(pk=wide.pk).update(draining=False)
    other = launch()
    services.claim_job(other.pk, node=wide)
    assert why(job).startswith("Waits until 3 slots of one node are free together")


def test_nobody_waits_for_one_that_is_too_wide_for_every_node(launch: Any, wide: ComputeNode) -> None:
    make_node("narrow", slots=1)
    launch(processes=3)
    behind = launch()
    ComputeNode.objects.filter(pk=wide.pk).update(draining=True)
    assert why(behind) == "Starts as soon as a node takes it."


def test_slots_are_kept_for_it_until_there_are_enough(launch: Any, wide: ComputeNode) -> None:
    two, one = launch(processes=2), launch()
    pooled = pool.SlotPool(pool.cpu_slots(3), node=wide, queues=["cpu"], server=None)  # type: ignore[arg-type]
    assert pooled._next("cpu", ["cpu"], free=1) is None, "the free slot is kept"
    assert pooled._next("cpu", ["cpu"], free=3) == two
    assert queueing.next_for(["cpu"], most=1) == one, "a node that is too small for it serves the others"
    services.claim_job(two.pk, node=wide)
    assert pooled._next("cpu", ["cpu"], free=1) == one
    assert why(one) == "Starts as soon as a node takes it."


def test_nobody_overtakes_it_while_its_slots_become_free(
    launch: Any, wide: ComputeNode, alice: Any, anvil: Any, ours: Any
) -> None:
    other = open_collaboration(
        actor=alice, organization=anvil, name="Others", goal="G", agreement_text="Words.", invited=[]
    )
    make.grant(ours, other, alice)
    services.claim_job(launch().pk, node=wide)
    short = services.claim_job(make.make_job(alice, anvil, other, [ours]).pk, node=wide)
    two, later = launch(processes=2), make.make_job(alice, anvil, other, [ours])
    pooled = pool.SlotPool(pool.cpu_slots(3), node=wide, queues=["cpu"], server=None)  # type: ignore[arg-type]
    assert pooled._next("cpu", ["cpu"], free=1) is None
    services.finish_run(short, result={})
    assert queueing.next_for(["cpu"], most=3) == later, "its collaboration has nothing running now"
    assert pooled._next("cpu", ["cpu"], free=2) == two
    services.cancel_job(two, actor=alice)
    assert pooled._next("cpu", ["cpu"], free=2) == later


def test_an_own_node_that_is_too_small_is_not_waited_for(
    launch: Any, wide: ComputeNode, anvil: Any, alice: Any
) -> None:
    make_node("ours", queues=[f"org-{anvil.pk}-cpu"], organization=anvil)
    assert launch().queue == f"org-{anvil.pk}-cpu"
    assert launch(processes=2).queue == "cpu"


def test_it_has_threads_and_gpus_of_all_its_slots() -> None:
    both = Slot.together(pool.gpu_slots([4, 7]))
    assert both.name == "gpu-4, gpu-7"
    assert both.environment()["CUDA_VISIBLE_DEVICES"] == "4,7"
    three = pool.cpu_slots(3)
    assert Slot.together(three[:2]).threads == 2 * three[0].threads
    assert Slot.together(three[:1]) == three[0]
    assert three[0].environment()["CUDA_VISIBLE_DEVICES"] == ""


def test_a_pool_takes_them_at_once_and_gives_all_of_them_back(
    launch: Any, wide: ComputeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The attempt itself is held still: what it does is tested with real workers."""
    ended, slots = threading.Event(), pool.cpu_slots(3)
    monkeypatch.setattr(pool.Attempt, "supervise", lambda _self: ended.wait(10))
    monkeypatch.setattr(pool.Attempt, "__init__", lambda self, run, slot, _server: self.__dict__.update(run=run))
    monkeypatch.setattr(pool.connections, "close_all", lambda: None)
    two, one = launch(processes=2), launch(processes=2)
    pooled = pool.SlotPool(slots, node=wide, queues=["cpu"], server=None)  # type: ignore[arg-type]
    assert pooled._take() is True
    assert pooled._take() is False
    assert (pooled.busy, len(pooled._free)) == (1, 1)
    assert Run.objects.get().slot == "cpu-0, cpu-1"
    assert Run.objects.get().job == two
    ended.set()
    assert pooled.wait(10)
    assert sorted(slot.name for slot in pooled._free) == ["cpu-0", "cpu-1", "cpu-2"]
    assert queueing.next_for(["cpu"], most=3) == one


def test_a_worker_goes_on_taking_jobs_after_storage_was_away(
    wide: ComputeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = threading.Event()
    looks = iter([OSError("no storage"), None])

    def take_all(_self: pool.SlotPool) -> None:
        if error := next(looks, None):
            raise error
        again.set()

    monkeypatch.setattr(pool.SlotPool, "_take_all", take_all)
    monkeypatch.setattr(pool, "LOOK_EVERY", 0.01)
    pooled = pool.SlotPool([], node=wide, queues=["cpu"], server=None)  # type: ignore[arg-type]
    pooled.start()
    assert again.wait(10)
    pooled.drain()


def test_the_trainer_is_told_and_so_are_the_owners(launch: Any, wide: ComputeNode, tmp_path: Path) -> None:
    alone, two = launch(), launch(processes=2)
    assert '"processes":2' in runner.lay_out(services.claim_job(two.pk, node=wide)).spec.read_text()
    approved = spec_hash(two)
    assert approved == two.spec_hash
    two.processes = 1
    assert spec_hash(two) != approved
    assert spec_hash(alone) == alone.spec_hash
