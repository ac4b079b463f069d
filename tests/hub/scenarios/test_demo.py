"""The demo is loaded through the services that people use, once however often it is asked for."""

import pytest

from chainhub.accounts.models import User
from chainhub.activity.verifying import check_log
from chainhub.collaborations.models import Collaboration, Participant
from chainhub.core.sentences import render
from chainhub.datasets.cardparts import missing_parts
from chainhub.datasets.licences import spdx_names
from chainhub.datasets.models import Dataset, DatasetVersion
from chainhub.jobs.models import Status, TrainingJob
from chainhub.jobs.services import claim_job
from chainhub.organizations.models import Organization
from chainhub.registry.services import publish_job
from chainhub.scenarios import demo, negotiation
from chainhub.web.inbox import decisions
from tests.factories.models import evaluation, succeed

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

COUNTED = (User, Organization, Collaboration, Participant, Dataset, DatasetVersion, TrainingJob)


def counts() -> list[int]:
    return [model.objects.count() for model in COUNTED]


def test_loading_and_launching_twice_changes_nothing() -> None:
    demo.load_demo()
    jobs = demo.launch_demo_jobs()
    before = counts()
    demo.load_demo()
    assert demo.launch_demo_jobs() == jobs
    assert counts() == before
    assert before == [12, 10, 2, 10, 9, 9, 3]
    assert [job.status for job in jobs] == [Status.QUEUED, Status.QUEUED]
    assert check_log().breach is None

    for dataset in Dataset.objects.all():
        assert dataset.licence
        assert dataset.source
        assert missing_parts(dataset) == []
        assert spdx_names(dataset.licence)
        assert "局限" in dataset.card_zh
    for person in demo.people():
        assert User.objects.get(email=person.email).check_password(person.password)


def test_a_failed_job_is_launched_anew_and_results_tell_address_and_scores() -> None:
    demo.load_demo()
    first, second = demo.launch_demo_jobs()
    TrainingJob.objects.filter(pk=first.pk).update(status=Status.FAILED)
    job, other = demo.launch_demo_jobs()
    assert (job != first, other) == (True, second)

    succeed(job, found=evaluation({"huaxing": (0.95, 0.94), "lantern": (0.9, 0.93)}))
    publish_job(job)
    (result,) = demo.demo_results()
    assert result["address"] == "/models/meridian/part-recognition/?version=1"
    assert [one.name for one in result["organizations"]] == ["Huaxing", "Lantern"]
    assert result["weighted"] == (0.7, 0.9)


def test_a_counter_offer_waits_in_the_inbox_and_a_job_is_stopped_by_its_terms() -> None:
    demo.load_demo()
    demo.launch_demo_jobs()
    mei = User.objects.get(email="mei@demo.example")
    (asked,) = decisions(mei).requests
    assert [turn.state for turn in asked.turns.all()] == ["requested", "offered"]
    assert decisions(User.objects.get(email="wei@demo.example")).requests == []

    job = TrainingJob.objects.get(title=negotiation.STOPPED)
    assert job.status == Status.QUEUED
    assert claim_job(job.pk, node=None) is None
    job.refresh_from_db()
    assert (job.status, job.failure["kind"]) == (Status.FAILED, "terms")
    assert "Its terms permit evaluating models with it, not training." in render(job.failure)
    others = TrainingJob.objects.exclude(pk=job.pk)
    assert all(claim_job(other.pk, node=None) is not None for other in others)
