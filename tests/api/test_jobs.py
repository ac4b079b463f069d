"""Jobs over REST."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from chainhub.collaborations.models import Participant, ParticipantStatus
from chainhub.datasets.models import Dataset, Grant
from chainhub.jobs import catalogue, services
from chainhub.jobs.models import Artifact, Metric, Run, RunEvent, Status, TrainingJob
from chainhub.organizations.models import Membership, Role
from chainhub.registry.services import publish_job
from chainhub.repositories.storage import store_bytes
from tests.factories import jobs as make
from tests.factories.models import succeed
from tests.factories.nodes import make_node
from tests.hub.jobs.conftest import job, ours, theirs

__all__ = ["job", "ours", "theirs"]

Call = Callable[..., Any]


@pytest.fixture
def call(token_for: Callable[..., str]) -> Call:
    """`call(alice, "get", "jobs/")` with a token of Alice's."""

    def _call(user: Any, method: str, address: str, data: Any = None, *scopes: str, **headers: str) -> Any:
        named = {f"HTTP_{name.upper()}": value for name, value in headers.items()}
        key = token_for(user, *scopes)
        send = getattr(Client(HTTP_AUTHORIZATION=f"Bearer {key}"), method)
        more = {} if method == "get" else {"content_type": "application/json"}
        return send(f"/api/v1/{address}", data, **more, **named)

    return _call


@pytest.fixture
def wanted(ours: Any, theirs: Any, alliance: Any) -> dict[str, Any]:
    """A launch as a program would send it."""
    return {
        "title": "Find defects", "collaboration": alliance.slug, "organization": "anvil", "recipe": "tabular",
        "parameters": make.QUICK, "target": "label",
        "inputs": [{"dataset": f"{one.dataset.organization.slug}/{one.dataset.slug}"} for one in (ours, theirs)],
    }  # fmt: skip


@pytest.fixture(autouse=True)
def shown(db: None) -> None:
    """Partners may see each other's cards in these tests."""


def see_each_other(*versions: Any) -> None:
    for version in versions:
        version.dataset.visibility = "granted"
        version.dataset.save()


def test_a_program_launches_a_job(call: Call, alice: Any, wanted: Any, ours: Any, theirs: Any) -> None:
    see_each_other(ours, theirs)
    answer = call(alice, "post", "jobs/", wanted)
    assert answer.status_code == 201, answer.json()
    told = answer.json()
    assert (told["status"], told["queue"], told["waiting"]["position"]) == ("queued", "cpu", 1)
    assert "none is connected" in told["waiting"]["reason"]
    assert {one["dataset"] for one in told["inputs"]} == {
        f"anvil/{ours.dataset.slug}",
        f"borealis/{theirs.dataset.slug}",
    }
    assert call(alice, "get", f"jobs/{told['number']}/").json()["parameters"]["batch_size"] == 16


def test_the_same_key_launches_once(call: Call, alice: Any, wanted: Any, ours: Any, theirs: Any) -> None:
    see_each_other(ours, theirs)
    first = call(alice, "post", "jobs/", wanted, idempotency_key="abc")
    again = call(alice, "post", "jobs/", wanted, idempotency_key="abc")
    other = call(alice, "post", "jobs/", {**wanted, "seed": 4}, idempotency_key="abc")
    assert [one.status_code for one in (first, again, other)] == [201, 200, 409]
    assert first.json()["number"] == again.json()["number"]
    assert other.json()["code"] == "idempotency-conflict"
    assert TrainingJob.objects.count() == 1


def test_a_refusal_names_the_field(call: Call, alice: Any, wanted: Any, ours: Any, theirs: Any) -> None:
    see_each_other(ours, theirs)
    answer = call(alice, "post", "jobs/", {**wanted, "parameters": {"epochs": -1}})
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert list(answer.json()["errors"]) == ["epochs"]
    hidden = call(alice, "post", "jobs/", {**wanted, "inputs": [{"dataset": "cobalt/secrets"}]})
    assert hidden.status_code == 400


def test_a_token_without_the_scope_launches_nothing(call: Call, alice: Any, wanted: Any) -> None:
    assert call(alice, "post", "jobs/", wanted, "read", "write").status_code == 403


def test_an_outsider_finds_nothing(call: Call, carol: Any, job: TrainingJob) -> None:
    assert call(carol, "get", "jobs/").json()["count"] == 0
    for address in ("", "events/", "metrics/", "log/", "artifacts/", "approvals/", "artifacts/download/config.json"):
        assert call(carol, "get", f"jobs/{job.pk}/{address}").status_code == 404
    for verb in ("cancel", "resume", "clone"):
        assert call(carol, "post", f"jobs/{job.pk}/{verb}/", {}).status_code == 404


def test_cancel_and_clone(call: Call, alice: Any, bob: Any, job: TrainingJob) -> None:
    assert call(bob, "post", f"jobs/{job.pk}/cancel/").status_code == 403
    assert call(alice, "post", f"jobs/{job.pk}/cancel/").json()["status"] == "canceled"
    assert call(alice, "post", f"jobs/{job.pk}/resume/").status_code == 409
    cloned = call(alice, "post", f"jobs/{job.pk}/clone/", {"parameters": {"epochs": 3}, "title": "Again"})
    assert cloned.status_code == 201
    told = cloned.json()
    assert (told["cloned_from"], told["parameters"]["epochs"], told["parameters"]["batch_size"]) == (job.pk, 3, 16)


def test_filters(call: Call, alice: Any, job: TrainingJob) -> None:
    assert call(alice, "get", "jobs/?status=queued&recipe=tabular&q=defects").json()["count"] == 1
    assert call(alice, "get", "jobs/?status=failed").json()["count"] == 0


def test_what_a_job_told_and_left(call: Call, alice: Any, anvil: Any, job: TrainingJob) -> None:
    run = services.claim_job(job.pk, node=make_node())
    assert run is not None
    line = {"level": "warning", "text": "Missing pixels are read as black.", "params": {}}
    RunEvent.objects.create(run=run, seq=1, at=run.started_at, kind="log", payload=line)
    common = {"job": job, "run": run, "name": "loss", "split": "train", "epoch": 1}
    Metric.objects.create(**common, seq=2, step=1, value=0.5)
    Metric.objects.create(**common, seq=3, step=2, value=0.25, organization=anvil, series="alone")
    Artifact.objects.create(run=run, path="config.json", blob=store_bytes(b"{}"))
    assert call(alice, "get", f"jobs/{job.pk}/events/").json()["results"][0]["kind"] == "log"
    assert [one["organization"] for one in call(alice, "get", f"jobs/{job.pk}/metrics/").json()] == ["anvil", None]
    csv = b"".join(call(alice, "get", f"jobs/{job.pk}/metrics/?as=csv")).decode().splitlines()
    assert csv[0] == "name,step,epoch,value,split,organization,series,fold"
    assert len(csv) == 3
    texts = [line["text"] for line in call(alice, "get", f"jobs/{job.pk}/log/").json()]
    assert texts == ["Run 1 begins on node-1.", "Missing pixels are read as black."]
    assert call(alice, "get", f"jobs/{job.pk}/artifacts/").json()["results"][0]["size"] == 2
    file = call(alice, "get", f"jobs/{job.pk}/artifacts/download/config.json")
    assert b"".join(file) == b"{}"
    assert "attachment" in file["Content-Disposition"]


def test_what_a_run_left_is_bound_as_its_model_is(
    call: Call, alice: Any, carol: Any, cobalt: Any, theirs: Any, alliance: Any, job: TrainingJob
) -> None:
    address = f"jobs/{job.pk}/artifacts/download/model.safetensors"
    succeed(job)
    theirs.dataset.grants.update(revoked_at=job.created_at)
    refused = call(alice, "get", address)
    assert refused.status_code == 409
    assert "taken back before the training had ended" in refused.json()["detail"]
    theirs.dataset.grants.update(revoked_at=None)
    version = publish_job(job)
    assert version is not None
    assert call(alice, "get", address).status_code == 200
    assert [(one.user, one.path) for one in version.downloads.all()] == [(alice, "model.safetensors")]
    Participant.objects.create(
        collaboration=alliance, organization=cobalt, status=ParticipantStatus.ACCEPTED, invited_by=alice
    )
    assert call(carol, "get", f"jobs/{job.pk}/").status_code == 200
    assert call(carol, "get", address).status_code == 404, "who came later did not receive the model"


def test_points_that_a_later_run_took_again_count_once(job: TrainingJob) -> None:
    from chainhub.jobs import history

    first = services.claim_job(job.pk, node=None)
    assert first is not None
    Run.objects.filter(pk=first.pk).update(ended_at=first.started_at, outcome="lost")
    second = Run.objects.create(
        job=job, number=2, lease="0" * 32, lease_until=first.started_at, resumed_from=store_bytes(b"x")
    )
    for run, steps in ((first, (1, 2, 3)), (second, (3, 4))):
        for seq, step in enumerate(steps):
            Metric.objects.create(job=job, run=run, seq=seq, name="loss", split="train", step=step, value=run.number)
    (line,) = history.curves(job).values()
    assert [(point.step, point.value) for point in line] == [(1, 1), (2, 1), (3, 2), (4, 2)]
    Run.objects.filter(pk=second.pk).update(resumed_from=None)
    (line,) = history.curves(job).values()
    assert [point.step for point in line] == [3, 4], "a run that began anew makes the one before it void"


def test_owners_answer(call: Call, alice: Any, dora: Any, anvil: Any, alliance: Any, ours: Any, theirs: Any) -> None:
    theirs.dataset.grants.update(needs_approval=True)
    job = make.make_job(alice, anvil, alliance, [ours, theirs])
    asked = call(dora, "get", f"jobs/{job.pk}/approvals/").json()["results"][0]
    address = f"jobs/{job.pk}/approvals/{asked['id']}"
    assert call(alice, "post", f"{address}/approve/", {}).status_code == 403
    assert call(dora, "post", f"{address}/approve/", {"note": "Go"}).json()["status"] == "approved"
    job.refresh_from_db()
    assert job.status == Status.QUEUED


def test_recipes_tell_their_schema_in_the_readers_language(call: Call, alice: Any) -> None:
    recipes = call(alice, "get", "recipes/").json()
    assert [one["name"] for one in recipes] == [one.name for one in catalogue.recipes()]
    assert {"tabular", "timeseries", "molecule", "object-detection", "retrieval-qa"} <= {one["name"] for one in recipes}
    one = call(alice, "get", "recipes/tabular/").json()
    assert one["parameters"]["properties"]["epochs"]["minimum"] == 1
    assert call(alice, "get", "recipes/nonsense/").status_code == 404


def test_candidates_say_why_not(call: Call, alice: Any, dora: Any, borealis: Any, alliance: Any, ours: Any) -> None:
    hidden = make.make_version(borealis, dora, name="Not granted")
    hidden.dataset.visibility = "hub"
    hidden.dataset.save()
    found = call(alice, "get", f"jobs/candidates/?collaboration={alliance.slug}&recipe=tabular").json()
    assert [(one["name"], one["why_not"]) for one in found] == [
        ("Ours", ""),
        ("Not granted", "Borealis has not granted it to this collaboration."),
    ]


def test_candidates_are_those_of_the_organization_that_launches(
    call: Call, alice: Any, dora: Any, anvil: Any, borealis: Any, cobalt: Any, alliance: Any, ours: Any
) -> None:
    """Dora sits in three: what is granted to one of them is not there for the jobs of another."""
    Membership.objects.create(user=dora, organization=anvil, role=Role.SCIENTIST)
    special = make.make_version(borealis, dora, name="For Anvil")
    make.grant(special, alliance, dora)
    Grant.objects.filter(dataset=special.dataset).update(organization=anvil)
    third = make.make_version(anvil, alice, name="For Cobalt")
    make.grant(third, alliance, alice)
    Dataset.objects.update(visibility="hub")
    Grant.objects.filter(dataset=third.dataset).update(organization=cobalt)
    Participant.objects.create(
        collaboration=alliance, organization=cobalt, status=ParticipantStatus.ACCEPTED, invited_by=alice
    )
    Membership.objects.create(user=dora, organization=cobalt, role=Role.SCIENTIST)

    def usable(organization: str) -> set[str]:
        asked = f"jobs/candidates/?collaboration={alliance.slug}&recipe=tabular&organization={organization}"
        return {one["name"] for one in call(dora, "get", asked).json() if not one["why_not"]}

    assert usable("anvil") == {"Ours", "For Anvil", "For Cobalt"}
    assert usable("cobalt") == {"Ours", "For Cobalt"}
    assert usable("borealis") == {"Ours", "For Anvil"}
    elsewhere = f"jobs/candidates/?collaboration={alliance.slug}&recipe=tabular&organization=nobody"
    assert call(dora, "get", elsewhere).status_code == 404
    assert call(alice, "get", "jobs/candidates/?collaboration=a%00&recipe=tabular").status_code == 404


def test_estimate(call: Call, alice: Any, wanted: Any, ours: Any, theirs: Any) -> None:
    see_each_other(ours, theirs)
    told = call(alice, "post", "jobs/estimate/", wanted).json()
    assert (told["rows"], told["models"], told["seconds"]) == (160, 3, None)
    assert told["steps"] == 2 * (8 + 4 + 4)
    assert 0 < told["seconds_low"] < told["seconds_high"] < 60
    assert 300 < told["memory_mb"] < 1000
    assert told["memory_limit"] is None
    assert (told["running"], told["queued"]) == (0, 0)
    tight = call(alice, "post", "jobs/estimate/", {**wanted, "limits": {"memory_mb": 100}}).json()
    assert (tight["memory_mb"], tight["memory_limit"]) == (told["memory_mb"], 100)
    several = call(alice, "post", "jobs/estimate/", {**wanted, "processes": 2}).json()
    assert several["seconds_high"] > told["seconds_high"]  # so little work is not worth to start two
    assert not TrainingJob.objects.exists()


@pytest.mark.parametrize("number", [0, 1])
def test_an_estimate_of_what_has_no_others_is_refused(call: Call, alice: Any, wanted: Any, number: int) -> None:
    asked = {**wanted, "inputs": wanted["inputs"][:number], "split": {"kind": "organization"}}
    answer = call(alice, "post", "jobs/estimate/", asked)
    assert answer.status_code == 422
    assert "choose data of at least two" in answer.content.decode()


def test_nodes_and_queue_hide_the_jobs_of_others(
    call: Call, alice: Any, carol: Any, job: TrainingJob, anvil: Any, alliance: Any, ours: Any
) -> None:
    node = make_node()
    services.claim_job(job.pk, node=node)
    second = make.make_job(alice, anvil, alliance, [ours])
    assert call(alice, "get", "nodes/").json()["results"][0]["jobs"] == [job.pk]
    assert call(carol, "get", "nodes/").json()["results"][0]["jobs"] == [None]
    assert call(alice, "get", "queue/").json()[0]["job"] == second.pk
    told = call(carol, "get", "queue/").json()[0]
    assert (told["job"], told["position"]) == (None, 1)


def test_who_used_how_much(call: Call, alice: Any, anvil: Any, job: TrainingJob) -> None:
    assert call(alice, "get", "usage/").json() == []
    run = services.claim_job(job.pk, node=None)
    assert run is not None
    Run.objects.filter(pk=run.pk).update(started_at=run.started_at - timedelta(hours=2), ended_at=run.started_at)
    told = call(alice, "get", "usage/").json()
    assert told == [{"organization": "anvil", "name": anvil.name, "hours": {"cpu": 2.0}}]
