"""Alice asks for several processes in the launch form, and reads on the pages what the job waits for."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from chainhub.jobs import services
from chainhub.jobs.models import TrainingJob
from tests.factories import jobs as make
from tests.factories.nodes import make_node
from tests.hub.jobs.conftest import ours, theirs

__all__ = ["ours", "theirs"]

Browse = Callable[..., Client]
LAUNCH = "/jobs/new/"


@pytest.fixture
def said(alliance: Any, ours: Any) -> dict[str, Any]:
    ours.dataset.visibility = "granted"
    ours.dataset.save()
    return {
        "collaboration": alliance.slug, "recipe": "tabular", "versions": [ours.pk], "target": "label", "choice": "all",
        "kind": "holdout", "test_fraction": "20", "validation_fraction": "10", "seed": "7", "p-epochs": "3",
        "device": "cpu", "name": "Find defects", "processes": "2",
        "seen": ["goal", "recipe", "data", "fields", "parameters-tabular", "compute", "review"],
    }  # fmt: skip


def test_as_many_as_the_largest_node_has_slots(browse: Browse, alice: Any, said: Any) -> None:
    make_node("wide", slots=2)
    browser = browse(alice)
    page = browser.post(LAUNCH, {**said, "step": "compute"}).content.decode()
    assert "2 processes" in page
    refused = browser.post(LAUNCH, {**said, "processes": "3", "step": "compute"}).content.decode()
    assert "A job runs in 1 to 2 processes" in refused
    assert "the largest node has 2 slots." in refused
    browser.post(LAUNCH, {**said, "step": "review", "go": "launch"})
    job = TrainingJob.objects.get()
    assert job.processes == 2
    assert 'name="processes" value="2"' in browser.get(f"{LAUNCH}?clone={job.pk}").content.decode()


def test_where_every_node_has_one_slot_that_is_said(browse: Browse, alice: Any, said: Any) -> None:
    make_node("narrow")
    page = browse(alice).post(LAUNCH, {**said, "step": "compute"}).content.decode()
    assert "one slot each, so it runs in one process" in page


def test_the_pages_say_what_it_waits_for(browse: Browse, alice: Any, anvil: Any, alliance: Any, ours: Any) -> None:
    node = make_node("wide", slots=2)
    first = make.make_job(alice, anvil, alliance, [ours])
    services.claim_job(first.pk, node=node, slot="cpu-0")
    job = make.make_job(alice, anvil, alliance, [ours], processes=2)
    browser = browse(alice)
    assert "Waits until 2 slots of one node are free together" in browser.get(job.get_absolute_url()).content.decode()
    assert "2 slots of one node" in browser.get("/compute/").content.decode()
    told = browser.get(f"/api/v1/jobs/{job.pk}/").json()
    assert told["processes"] == 2
    assert told["waiting"]["reason"].startswith("Waits until 2 slots")
