"""Who is next, where, and why the others wait."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chainhub.jobs import queueing, services, waiting
from chainhub.jobs.models import TrainingJob
from chainhub.jobs.services import reap_lost
from chainhub.nodes.models import ComputeNode
from tests.factories import jobs as make
from tests.factories.nodes import make_node


def texts(found: list[waiting.Waiting]) -> list[str]:
    return [one.reason["text"] for one in found]


def test_without_a_node_the_job_says_so(job: TrainingJob) -> None:
    assert texts(waiting.waiting()) == ["Waits for a compute node: none is connected."]


def test_a_gpu_job_waits_for_a_gpu_node(alice: Any, anvil: Any, alliance: Any, ours: Any, node: ComputeNode) -> None:
    make.make_job(alice, anvil, alliance, [ours], device="gpu")
    assert texts(waiting.waiting()) == ["Waits for a GPU node: none is connected."]


def test_a_free_slot_takes_it(job: TrainingJob, node: ComputeNode) -> None:
    assert texts(waiting.waiting()) == ["Starts as soon as a node takes it."]


def test_the_second_waits_for_the_first(
    job: TrainingJob, node: ComputeNode, alice: Any, anvil: Any, alliance: Any, ours: Any
) -> None:
    services.claim_job(job.pk, node=node)
    second, third = (make.make_job(alice, anvil, alliance, [ours], title=title) for title in "ab")
    found = waiting.waiting()
    assert [(one.job.pk, one.position) for one in found] == [(second.pk, 1), (third.pk, 2)]
    assert found[1].reason["params"] == {"ahead": 1}
    assert waiting.why_it_waits(third) == found[1]
    assert waiting.why_it_waits(job) is None


def test_no_collaboration_waits_behind_all_jobs_of_another() -> None:
    jobs = [
        SimpleNamespace(pk=n, collaboration_id=c, queued_at=n, processes=1) for n, c in enumerate([1, 1, 1, 2, 2, 3])
    ]
    order = queueing.in_fair_order(jobs, Counter())  # type: ignore[arg-type]
    assert [job.pk for job in order] == [0, 3, 5, 1, 4, 2]
    busy = queueing.in_fair_order(jobs, Counter({1: 2}))  # type: ignore[arg-type]
    assert [job.pk for job in busy] == [3, 5, 4, 0, 1, 2]


def test_a_job_of_several_processes_counts_by_its_slots(
    job: TrainingJob, alice: Any, anvil: Any, alliance: Any, ours: Any
) -> None:
    """The second collaboration has had three slots when the first has had four: its next job comes first."""
    wide = [(1, 4), (2, 1), (1, 1), (2, 1), (2, 1), (2, 1), (2, 1)]
    jobs = [
        SimpleNamespace(pk=n, collaboration_id=c, queued_at=n, processes=slots) for n, (c, slots) in enumerate(wide)
    ]
    order = queueing.in_fair_order(jobs, Counter())  # type: ignore[arg-type]
    assert [one.pk for one in order] == [0, 1, 3, 4, 5, 2, 6]
    TrainingJob.objects.filter(pk=job.pk).update(processes=3, status="running")
    make.make_job(alice, anvil, alliance, [ours], title="waits")
    assert queueing.taken_by_collaboration() == {alliance.pk: 3}


def test_an_own_node_serves_its_owners_collaborations(
    alice: Any, anvil: Any, borealis: Any, alliance: Any, ours: Any
) -> None:
    make_node("theirs", queues=[f"org-{borealis.pk}-cpu", "cpu"], organization=borealis)
    assert make.make_job(alice, anvil, alliance, [ours]).queue == f"org-{borealis.pk}-cpu"
    make_node("ours", queues=[f"org-{anvil.pk}-cpu"], organization=anvil)
    job = make.make_job(alice, anvil, alliance, [ours])
    assert job.queue == f"org-{anvil.pk}-cpu", "the launching organization's node comes first"
    assert queueing.next_for([f"org-{anvil.pk}-cpu", "cpu"]) == job


def test_nobody_waits_for_ever_for_an_own_node(alice: Any, anvil: Any, alliance: Any, ours: Any) -> None:
    own = make_node("ours", queues=[f"org-{anvil.pk}-cpu"], organization=anvil)
    make_node("general", queues=["cpu"])
    job = make.make_job(alice, anvil, alliance, [ours])
    served = queueing.served_queues()
    assert queueing.better_queue(job, served) == own.queues.get().queue
    job.queued_at = timezone.now() - timedelta(minutes=5)
    assert queueing.better_queue(job, served) == "cpu"
    job.queued_at = timezone.now()
    assert queueing.better_queue(job, {"cpu"}) == "cpu", "the node left"


def test_a_silent_or_draining_node_serves_nothing(node: ComputeNode) -> None:
    assert queueing.served_queues() == {"cpu"}
    ComputeNode.objects.update(draining=True)
    assert queueing.served_queues() == set()
    ComputeNode.objects.update(draining=False, heartbeat_at=timezone.now() - timedelta(minutes=2))
    assert queueing.served_queues() == set()


def test_a_sweep_looks_at_the_nodes_once_however_many_wait(
    launch_late: Callable[[], TrainingJob], django_assert_max_num_queries: Any
) -> None:
    launch_late()
    with CaptureQueriesContext(connection) as one:
        reap_lost()
    for _ in range(3):
        launch_late()
    with django_assert_max_num_queries(len(one)):
        reap_lost()


@pytest.fixture
def launch_late(alice: Any, anvil: Any, alliance: Any, ours: Any) -> Callable[[], TrainingJob]:
    """A job that waits for a node, and whose message was lost."""

    def launch() -> TrainingJob:
        job = make.make_job(alice, anvil, alliance, [ours])
        TrainingJob.objects.filter(pk=job.pk).update(sent_at=timezone.now() - timedelta(hours=1))
        return job

    return launch
