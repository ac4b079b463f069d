"""The estimate beside the launch's steps, for jobs of one process and of several."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.test import Client
from django.utils import timezone

from chainhub.jobs.models import Run, RunEvent, Status, TrainingJob
from chainhub.organizations.models import Organization
from tests.factories.bases import make_base
from tests.factories.nodes import make_node
from tests.hub.jobs.conftest import job, ours, theirs
from tests.web.test_jobs import LAUNCH, said, words

__all__ = ["job", "ours", "said", "theirs"]


def took(job: TrainingJob, seconds: float, *, steps: int) -> None:
    """That job is done, and took so long for so many steps."""
    now = timezone.now()
    TrainingJob.objects.filter(pk=job.pk).update(status=Status.SUCCEEDED)
    run = Run.objects.create(job=job, number=1, lease=uuid4(), lease_until=now, outcome="succeeded")
    Run.objects.filter(pk=run.pk).update(first_step_at=now, ended_at=now + timedelta(seconds=seconds))
    RunEvent.objects.create(run=run, seq=1, at=now, kind="started", payload={"steps_total": steps})


def test_the_estimate_is_of_as_many_processes_as_are_asked_for(
    browse: Callable[..., Client], alice: Any, said: Any, job: TrainingJob, anvil: Organization
) -> None:
    """What a job of one process took tells nothing of several; of more than a node has, nothing is told at all."""
    make_node(slots=2)
    took(job, 8, steps=4)
    browser = browse(alice)

    def told(processes: str) -> str:
        return words(browser.post(f"{LAUNCH}estimate/", {**said, "processes": processes, "step": "compute"}))

    assert "judged by 1 earlier job" in told("1")
    assert "Processes" not in told("1")
    assert "judged by" not in told("2")
    assert re.search(r"Processes</dt><dd>2<", told("2"))
    assert "Appears when" in told("9")
    TrainingJob.objects.filter(pk=job.pk).update(base=make_base(anvil, alice))
    assert "judged by" not in told("1"), "that one went on from a base model, as this one does not"


def test_what_else_runs_and_waits_is_told_with_the_time(
    browse: Callable[..., Client], alice: Any, said: Any, job: TrainingJob
) -> None:
    """Nobody knows how long others' jobs take, so they are counted beside the estimate, not in it."""
    browser = browse(alice)

    def told() -> str:
        return words(browser.post(f"{LAUNCH}estimate/", {**said, "step": "compute"}))

    assert "now: 0 running, 1 waiting" in told()
    TrainingJob.objects.filter(pk=job.pk).update(status=Status.RUNNING)
    assert "now: 1 running, 0 waiting" in told()
    TrainingJob.objects.filter(pk=job.pk).update(device="gpu")
    assert "Other jobs" not in told(), "it is in nobody's way on another kind of device"


def test_it_stands_beside_the_processes(browse: Callable[..., Client], alice: Any, said: Any) -> None:
    page = words(browse(alice).post(LAUNCH, {**said, "seen": said["seen"][:5], "step": "parameters"}))
    assert "What does it compute on" in page
    assert 'data-estimate="/jobs/new/estimate/"' in page
