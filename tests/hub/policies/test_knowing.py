"""What was given to one participant stays between it and the owner, also where jobs and models used it.

Dora of Borealis gives “Theirs” to Anvil alone; Cobalt takes part in the alliance, and Erin sits there.
"""

from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from chainhub.activity.models import AuditEvent, Notice
from chainhub.collaborations.models import Participant, ParticipantStatus
from chainhub.collaborations.reading import topics_of, visible_events
from chainhub.core.errors import DomainError
from chainhub.core.sentences import render
from chainhub.datasets.models import Dataset, DatasetVersion, Grant
from chainhub.datasets.services import revoke_grant, withdraw_dataset
from chainhub.jobs import services
from chainhub.jobs.models import TrainingJob
from chainhub.jobs.terms import why_kept
from chainhub.organizations.models import Membership, Role
from chainhub.policies.services import accept, grant_on_terms, request_access
from chainhub.policies.terms import Terms
from chainhub.registry.services import publish_job
from tests.conftest import person
from tests.factories import jobs as make
from tests.factories.models import succeed

NAME = "Secret rotors"


@pytest.fixture
def erin(cobalt: Any, alliance: Any, alice: Any) -> Any:
    Participant.objects.create(
        collaboration=alliance, organization=cobalt, status=ParticipantStatus.ACCEPTED, invited_by=alice
    )
    user = person("Erin Cobalt")
    Membership.objects.create(user=user, organization=cobalt, role=Role.SCIENTIST)
    return user


@pytest.fixture
def theirs(borealis: Any, dora: Any) -> DatasetVersion:
    return make.make_version(borealis, dora, name=NAME)


@pytest.fixture
def given(theirs: Any, alliance: Any, dora: Any, anvil: Any) -> Grant:
    return grant_on_terms(theirs.dataset, alliance, actor=dora, organization=anvil, terms=Terms(models_may_leave=False))


@pytest.fixture
def job(given: Any, theirs: Any, alice: Any, anvil: Any, alliance: Any, erin: Any) -> TrainingJob:
    return make.make_job(alice, anvil, alliance, [theirs])


Open = Any


@pytest.fixture
def pages() -> Open:
    def opened(user: Any, *addresses: str) -> str:
        client = Client()
        client.force_login(user)
        answers = [client.get(address) for address in addresses]
        assert {one.status_code for one in answers} == {200}
        return "".join(one.getvalue().decode() for one in answers)  # type: ignore[attr-defined]

    return opened


def addresses(job: TrainingJob) -> list[str]:
    at = f"/jobs/{job.pk}/"
    tabs = [f"{at}?tab={tab}" for tab in ("overview", "log", "settings", "runs")]
    return [
        *tabs,
        f"{at}_state/",
        f"{at}_overview/",
        "/jobs/",
        "/jobs/_rows/",
        f"/api/v1/jobs/{job.pk}/",
        "/api/v1/jobs/",
    ]


def test_who_may_not_know_of_it_reads_a_dataset_of_its_owner(
    job: TrainingJob, theirs: Any, pages: Open, erin: Any, alice: Any, dora: Any
) -> None:
    for user in (alice, dora):
        assert NAME in pages(user, f"/jobs/{job.pk}/?tab=settings")
        assert theirs.dataset.slug in pages(user, f"/api/v1/jobs/{job.pk}/")
    seen = pages(erin, *addresses(job))
    assert NAME not in seen
    assert theirs.dataset.slug not in seen
    assert "a dataset of Borealis" in seen


def test_nor_where_a_refusal_names_it(
    job: TrainingJob, given: Grant, pages: Open, erin: Any, alice: Any, dora: Any
) -> None:
    Grant.objects.filter(pk=given.pk).update(terms=Terms(uses=("evaluate",)).as_json())
    services.claim_job(job.pk, node=None)
    assert f"“{NAME}” may not be used for this job" in pages(alice, f"/jobs/{job.pk}/")
    seen = pages(erin, *addresses(job))
    assert NAME not in seen
    assert "“a dataset of Borealis” may not be used for this job" in seen
    assert NAME not in told_in_inbox(erin)


def test_nor_by_a_name_that_it_had_before(
    job: TrainingJob, given: Grant, theirs: Any, pages: Open, erin: Any, dora: Any
) -> None:
    revoke_grant(given, actor=dora)
    Dataset.objects.filter(pk=theirs.dataset_id).update(name="Renamed")
    seen = pages(erin, *addresses(job))
    assert NAME not in seen
    assert "The data of “a dataset of Borealis” may no longer be used" in seen


def test_nor_where_it_was_taken_back(
    job: TrainingJob, given: Grant, pages: Open, erin: Any, alice: Any, dora: Any
) -> None:
    revoke_grant(given, actor=dora)
    assert f"The data of “{NAME}” may no longer be used" in pages(alice, f"/jobs/{job.pk}/", "/jobs/")
    assert NAME not in pages(erin, *addresses(job))
    withdraw_dataset(job.inputs.get().version.dataset, actor=dora)
    assert NAME not in told_in_inbox(erin)
    assert NAME not in pages(erin, "/inbox/", "/audit/", "/audit/export.csv", "/")


def test_nor_in_the_audit_log(
    job: TrainingJob, theirs: Any, erin: Any, alice: Any, dora: Any, anvil: Any, alliance: Any
) -> None:
    services.claim_job(job.pk, node=None)
    asked = request_access(theirs.dataset, alliance, anvil, actor=alice, purpose="Wear", terms=Terms())
    accept(asked, actor=dora, read=1)
    for user in (alice, dora):
        assert {"dataset.trained", "dataset.granted"} <= set(events(user).values_list("verb", flat=True))
    heard = list(events(erin))
    assert "job.proposed" in {one.verb for one in heard}
    assert not [one.text for one in heard if NAME in one.text or theirs.dataset.slug in one.target_url]


def test_nor_on_the_model(job: TrainingJob, theirs: Any, pages: Open, erin: Any, alice: Any, alliance: Any) -> None:
    succeed(job)
    version = publish_job(job)
    assert version is not None
    at = version.model.get_absolute_url()
    tabs = [f"{at}?tab={tab}" for tab in ("overview", "card", "lineage", "versions", "files")]
    api = f"/api/v1{at}versions/{version.number}/"
    assert NAME in pages(alice, f"{at}?tab=lineage")
    assert theirs.dataset.slug in pages(alice, api)
    seen = pages(erin, *tabs, api, f"/jobs/{job.pk}/")
    assert NAME not in seen
    assert theirs.dataset.slug not in seen
    assert "a dataset of Borealis" in seen
    with translation.override("zh-hans"):
        assert NAME in render(why_kept(alice, job))
        assert NAME not in render(why_kept(erin, job))
        assert "Borealis 的一个数据集" in render(why_kept(erin, job))


def test_the_card_that_travels_names_it_for_nobody(job: TrainingJob, pages: Open, alice: Any) -> None:
    Grant.objects.update(terms=Terms().as_json())
    job.inputs.update(terms=Terms().as_json())
    succeed(job)
    version = publish_job(job)
    assert version is not None
    at = f"/api/v1{version.model.get_absolute_url()}versions/{version.number}/files/"
    for name, said in (("README.md", "a dataset of Borealis"), ("README.zh.md", "Borealis 的一个数据集")):
        card = pages(alice, f"{at}{name}")
        assert said in card
        assert NAME not in card


def test_a_withheld_model_is_told_to_each_as_they_may_know(
    job: TrainingJob, given: Grant, erin: Any, alice: Any, dora: Any
) -> None:
    revoke_grant(given, actor=dora)
    succeed(job)
    assert publish_job(job) is None
    assert f"“{NAME}” was taken back" in told_in_inbox(alice)
    event = AuditEvent.objects.get(verb="model.withheld")
    assert event in events(erin)
    assert "“a dataset of Borealis” was taken back" in event.text


def test_who_clones_a_job_on_it_is_refused_without_its_name(job: TrainingJob, erin: Any, cobalt: Any) -> None:
    with pytest.raises(DomainError, match="a dataset of Borealis Motors that you may not use") as refused:
        services.clone_job(job, actor=erin, organization=cobalt)
    assert NAME not in str(refused.value)


def test_what_all_may_use_is_named_to_all(
    theirs: Any, alliance: Any, dora: Any, alice: Any, anvil: Any, erin: Any, pages: Open
) -> None:
    grant_on_terms(theirs.dataset, alliance, actor=dora, terms=Terms())
    job = make.make_job(alice, anvil, alliance, [theirs])
    services.claim_job(job.pk, node=None)
    assert NAME in pages(erin, f"/jobs/{job.pk}/?tab=settings")
    assert "dataset.trained" in set(events(erin).values_list("verb", flat=True))


def events(user: Any) -> Any:
    return visible_events(topics_of(user))


def told_in_inbox(user: Any) -> str:
    return "\n".join(render(one.sentence) for one in Notice.objects.visible_to(user))
