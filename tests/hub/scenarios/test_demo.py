"""The demo is loaded through the services that people use, once however often it is asked for."""

import pytest

from chainhub.accounts.models import User
from chainhub.activity.verifying import check_log
from chainhub.collaborations.models import Collaboration, Participant
from chainhub.datasets.cardparts import missing_parts
from chainhub.datasets.licences import spdx_names
from chainhub.datasets.models import Dataset, DatasetVersion
from chainhub.jobs.models import Status, TrainingJob
from chainhub.organizations.models import Organization
from chainhub.registry.services import publish_job
from chainhub.scenarios import demo
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
    assert before == [12, 10, 2, 10, 8, 8, 2]
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
