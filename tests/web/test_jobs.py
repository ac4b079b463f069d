"""The pages of training jobs, and the guided launch."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from chainhub.jobs import services
from chainhub.jobs.models import Run, Status, TrainingJob
from tests.factories import jobs as make
from tests.factories.nodes import make_node
from tests.hub.jobs.conftest import job, ours, theirs

__all__ = ["job", "ours", "theirs"]

Browse = Callable[..., Client]
LAUNCH = "/jobs/new/"


def words(answer: Any) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def said(alliance: Any, ours: Any, theirs: Any) -> dict[str, Any]:
    """Every step of a launch, filled in."""
    for version in (ours, theirs):
        version.dataset.visibility = "granted"
        version.dataset.save()
    return {
        "collaboration": alliance.slug, "recipe": "tabular", "versions": [ours.pk, theirs.pk], "target": "label",
        "choice": "all", "kind": "holdout", "test_fraction": "20", "validation_fraction": "10", "seed": "7",
        "p-epochs": "3", "p-hidden_layers": "8, 4", "p-baselines": "on", "device": "cpu", "name": "Find defects",
        "seen": ["goal", "recipe", "data", "fields", "parameters-tabular", "compute", "review"],
    }  # fmt: skip


def test_each_step_leads_to_the_next(browse: Browse, alice: Any, said: Any) -> None:
    browser = browse(alice)
    assert "Which collaboration" in words(browser.get(LAUNCH))
    asked = {"goal": "What kind of model", "recipe": "Which data", "data": "What does it predict",
             "fields": "Epochs", "parameters": "What does it compute on", "compute": "Name it"}  # fmt: skip
    for step, next_question in asked.items():
        assert next_question in words(browser.post(LAUNCH, {**said, "seen": _before(said, step), "step": step})), step


def _before(said: Any, step: str) -> list[str]:
    tokens: list[str] = said["seen"]
    return tokens[: next(place for place, token in enumerate(tokens) if token.startswith(step))]


def test_the_last_step_launches(browse: Browse, alice: Any, said: Any) -> None:
    answer = browse(alice).post(LAUNCH, {**said, "step": "review", "go": "launch"})
    job = TrainingJob.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == job.get_absolute_url()
    assert (job.title, job.seed, job.parameters["hidden_layers"]) == ("Find defects", 7, [8, 4])
    assert job.parameters["importance"] is False, "a switch that was left off stays off"
    assert job.organization.slug == "anvil"


def test_what_makes_no_sense_is_said_beside_its_field(browse: Browse, alice: Any, said: Any) -> None:
    browser = browse(alice)
    page = words(browser.post(LAUNCH, {**said, "p-epochs": "0", "step": "parameters"}))
    assert "Ensure this value is greater than or equal to 1." in page
    page = words(browser.post(LAUNCH, {**said, "p-hidden_layers": "eight", "step": "parameters"}))
    assert "Write whole numbers" in page
    page = words(browser.post(LAUNCH, {**said, "target": "", "step": "fields"}))
    assert "Choose the field that the model should predict." in page
    assert not TrainingJob.objects.exists()


def test_data_that_may_not_be_used_is_grey_and_says_why(
    browse: Browse, alice: Any, said: Any, dora: Any, borealis: Any
) -> None:
    other = make.make_version(borealis, dora, name="Gearboxes")
    other.dataset.visibility = "hub"
    other.dataset.save()
    page = words(browse(alice).post(LAUNCH, {**said, "seen": ["goal"], "step": "recipe"}))
    assert "Borealis has not granted it to this collaboration." in page
    refused = words(browse(alice).post(LAUNCH, {**said, "versions": [other.pk], "step": "data"}))
    assert "may not be used any more" in refused


def test_an_earlier_step_that_no_longer_holds_is_shown_again(
    browse: Browse, alice: Any, said: Any, theirs: Any
) -> None:
    theirs.dataset.grants.all().delete()
    page = words(browse(alice).post(LAUNCH, {**said, "step": "review", "go": "launch"}))
    assert "Which data" in page
    assert not TrainingJob.objects.exists()


def test_a_collaboration_in_the_address_settles_the_first_step(browse: Browse, alice: Any, alliance: Any) -> None:
    assert "What kind of model" in words(browse(alice).get(f"{LAUNCH}?collaboration={alliance.slug}"))


def test_one_cannot_launch_for_a_collaboration_of_others(browse: Browse, carol: Any, alliance: Any) -> None:
    assert "No collaboration to launch for" in words(browse(carol).get(f"{LAUNCH}?collaboration={alliance.slug}"))


def test_a_clone_is_filled_in(
    browse: Browse, alice: Any, said: Any, alliance: Any, anvil: Any, ours: Any, theirs: Any
) -> None:
    job = make.make_job(alice, anvil, alliance, [ours, theirs], parameters={"epochs": 9}, fields=["x0", "x1"], seed=3)
    browser = browse(alice)
    page = words(browser.get(f"{LAUNCH}?clone={job.pk}"))
    assert f"A clone of job #{job.pk}: what you have not changed" in page
    fields = {
        one.split('"')[0]: one.split('value="')[1].split('"')[0] for one in page.split('type="hidden" name="')[1:]
    }
    assert (fields["p-epochs"], fields["seed"], fields["choice"]) == ("9", "3", "some")


def test_a_partner_clones_a_job_in_the_name_of_their_own_organization(
    browse: Browse, dora: Any, alice: Any, said: Any, alliance: Any, anvil: Any, ours: Any, theirs: Any
) -> None:
    job = make.make_job(alice, anvil, alliance, [ours, theirs])
    page = words(browse(dora).get(f"{LAUNCH}?clone={job.pk}&without={theirs.dataset_id}"))
    assert "Which data does it learn from?" in page
    assert 'name="organization" value="anvil"' not in page


def test_nobody_clones_what_they_may_not_see(browse: Browse, carol: Any, job: TrainingJob) -> None:
    assert browse(carol).get(f"{LAUNCH}?clone={job.pk}").status_code == 404


def test_the_estimate_follows_the_form(browse: Browse, alice: Any, said: Any) -> None:
    page = words(browse(alice).post(f"{LAUNCH}estimate/", {**said, "step": "parameters"}))
    assert "160" in page
    assert re.search(r"(up to|about \d+–)\s?\d+ seconds", page)
    assert "no machine has told its speed yet" in page
    assert re.search(r"about [3-9]\d\d MB", page)
    assert "too low" not in page


def test_the_estimate_counts_with_the_speed_that_a_machine_told(browse: Browse, alice: Any, said: Any) -> None:
    node = make_node()
    node.load |= {"speed": 1e6}
    node.save()
    page = words(browse(alice).post(f"{LAUNCH}estimate/", {**said, "step": "parameters"}))
    assert re.search(r"(up to|about \d+–)\s?\d+ (seconds|minutes)", page)
    assert "on a machine of this hub" in page


def test_a_memory_limit_that_is_too_low_is_warned_of(browse: Browse, alice: Any, said: Any) -> None:
    page = words(
        browse(alice).post(LAUNCH, {**said, "p-hidden_layers": "4000, 4000", "memory_mb": "512", "step": "review"})
    )
    assert "The memory limit of 512 MB is probably too low for this job." in page


def test_the_list_shows_and_filters(browse: Browse, alice: Any, carol: Any, job: TrainingJob) -> None:
    browser = browse(alice)
    assert job.title in words(browser.get("/jobs/"))
    assert job.title in words(browser.get(f"/jobs/?q=%23{job.pk}&status=queued&sort=longest&recipe=tabular"))
    assert "No job like that" in words(browser.get("/jobs/?status=failed"))
    assert "No training job yet" in words(browse(carol).get("/jobs/"))


@pytest.mark.parametrize(
    "address",
    ["", "?tab=log", "?tab=settings", "?tab=runs", "_state/", "_overview/", "_curves/", "_resources/", "_comparison/"],
)
def test_an_outsider_cannot_find_the_job(
    browse: Browse, alice: Any, carol: Any, job: TrainingJob, address: str
) -> None:
    assert browse(alice).get(f"/jobs/{job.pk}/{address}").status_code == 200
    assert browse(carol).get(f"/jobs/{job.pk}/{address}").status_code == 404


def test_a_waiting_job_says_why_and_where(browse: Browse, alice: Any, job: TrainingJob) -> None:
    page = words(browse(alice).get(job.get_absolute_url()))
    assert "none is connected" in page
    assert "Place 1 in its queue" in page


def test_cancel_by_button(browse: Browse, alice: Any, bob: Any, job: TrainingJob) -> None:
    assert "Cancel the job" not in words(browse(bob).get(job.get_absolute_url()))
    assert "Cancel the job" in words(browse(alice).get(job.get_absolute_url()))
    browse(alice).post(f"/jobs/{job.pk}/cancel/")
    job.refresh_from_db()
    assert job.status == Status.CANCELED
    assert "Canceled by Alice." in words(browse(alice).get(job.get_absolute_url()))


def test_a_failure_shows_kind_sentence_and_hint(browse: Browse, alice: Any, job: TrainingJob) -> None:
    run = services.claim_job(job.pk, node=make_node())
    assert run is not None
    services.fail_run(
        run,
        {
            "kind": "numeric",
            "text": "The loss of %(name)s is not finite.",
            "hint": "Lower the rate.",
            "params": {"name": "x"},
        },
    )
    page = words(browse(alice).get(job.get_absolute_url()))
    for part in ("The loss of x is not finite.", "Lower the rate.", "numeric", "Clone with changes"):
        assert part in page


def test_the_owner_approves_by_button(
    browse: Browse, alice: Any, dora: Any, anvil: Any, alliance: Any, ours: Any, theirs: Any
) -> None:
    theirs.dataset.grants.update(needs_approval=True)
    job = make.make_job(alice, anvil, alliance, [ours, theirs])
    assert "May this job use the data of Borealis Motors?" not in words(browse(alice).get(job.get_absolute_url()))
    assert "May this job use the data of Borealis Motors?" in words(browse(dora).get(job.get_absolute_url()))
    browse(dora).post(f"/jobs/{job.pk}/approvals/{job.approvals.get().pk}/", {"answer": "approve", "note": ""})
    job.refresh_from_db()
    assert job.status == Status.QUEUED


def test_the_compute_page_shows_nodes_and_hides_jobs_of_others(
    browse: Browse, alice: Any, carol: Any, job: TrainingJob, anvil: Any, alliance: Any, ours: Any
) -> None:
    node = make_node("steel-1", organization=anvil, queues=["cpu", "system"])
    services.claim_job(job.pk, node=node)
    make.make_job(alice, anvil, alliance, [ours], title="The next one")
    page = words(browse(alice).get("/compute/"))
    assert "steel-1" in page
    assert job.title in page
    assert "The next one" in page
    assert "all are in use" in page
    others = words(browse(carol).get("/compute/"))
    assert job.title not in others
    assert "A job of another collaboration" in others


def test_the_compute_page_says_who_used_how_much(browse: Browse, alice: Any, job: TrainingJob) -> None:
    assert "Who used how much" not in words(browse(alice).get("/compute/"))
    run = services.claim_job(job.pk, node=None)
    assert run is not None
    Run.objects.filter(pk=run.pk).update(
        started_at=run.started_at - timedelta(hours=2), ended_at=run.started_at, outcome="succeeded"
    )
    page = words(browse(alice).get("/compute/"))
    assert "Who used how much" in page
    assert '"categories": ["Anvil"]' in page
    assert '"label": "hours"' in page
    assert '"values": [2.0]' in page
    Run.objects.filter(pk=run.pk).update(started_at=run.started_at - timedelta(seconds=30))
    page = words(browse(alice).get("/compute/"))
    assert '"label": "seconds"' in page
    assert '"values": [30.0]' in page


def test_parameters_without_effect_are_not_shown(
    browse: Browse, alice: Any, anvil: Any, alliance: Any, ours: Any
) -> None:
    for optimizer, shown in (("adam", False), ("sgd", True)):
        job = make.make_job(alice, anvil, alliance, [ours], parameters={"optimizer": optimizer, "dropout": 0.0})
        page = words(browse(alice).get(f"{job.get_absolute_url()}?tab=settings"))
        assert ("<dt>Momentum</dt>" in page) is shown
        assert '<dt>Dropout</dt><dd><span class="soft">0</span>' in page
