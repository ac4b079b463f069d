"""A job of two processes on a real worker: both slots, one model, and the numbers of one process."""

from collections.abc import Callable
from typing import Any

import pytest

from chainhub.jobs.models import Run
from chainhub.registry import scores
from tests.factories import jobs as make
from tests.process.conftest import WorkerProcess, until
from tests.process.test_models import published

pytestmark = [pytest.mark.process, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

FEW = {"epochs": 3, "baselines": False, "explained": False}


def test_two_processes_make_the_model_of_one(
    start_worker: Callable[..., WorkerProcess], alice: Any, anvil: Any, alliance: Any, ours: Any, theirs: Any
) -> None:
    start_worker("one", "--slots", "2", "--beat")
    made = {
        count: make.make_job(alice, anvil, alliance, [ours, theirs], parameters=FEW, title=f"By {count}", **asked)
        for count, asked in ((2, {"processes": 2}), (1, {}))
    }
    found = {count: until(lambda job=job: published(job), 120, what="publishing") for count, job in made.items()}
    run = Run.objects.get(job=made[2])
    assert (run.slot, run.outcome) == ("cpu-0, cpu-1", "succeeded")
    assert Run.objects.get(job=made[1]).started_at >= run.ended_at, "both slots were taken"
    two, one = (scores.overall(found[count].evaluation) for count in (2, 1))
    assert set(two) == set(one)
    assert {name: score.value for name, score in two.items()} == pytest.approx(
        {name: score.value for name, score in one.items()}, abs=1e-4
    )
