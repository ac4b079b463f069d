"""A job that succeeded becomes a model version, exactly once, of everyone who took part."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connections

from chainhub.accounts.models import User
from chainhub.activity.models import AuditEvent, Notice
from chainhub.collaborations.agreements import leave_collaboration
from chainhub.collaborations.models import Collaboration
from chainhub.core import queue
from chainhub.datasets.models import DatasetVersion
from chainhub.jobs.models import TrainingJob
from chainhub.jobs.signals import job_succeeded
from chainhub.organizations.models import Organization
from chainhub.registry.models import Alias, Model, ModelVersion
from chainhub.registry.publishing import UnpublishableError
from chainhub.registry.services import publish_job
from chainhub.registry.tasks import publish_missing
from chainhub.repositories.storage import open_blob
from tests.factories.jobs import make_job
from tests.factories.models import evaluation, files, publish, succeed

EVERYTHING = {
    *("model.safetensors", "config.json", "preprocessing.json", "evaluation.json", "example.py"),
    *("README.md", "README.zh.md"),
}


def test_a_succeeded_job_becomes_version_one_and_champion(job: TrainingJob) -> None:
    version = publish(job)
    assert (version.number, version.primary_metric, version.primary_value) == (1, "accuracy", 0.9)
    assert version.model.organization == job.collaboration.initiator
    assert {entry.path for entry in version.commit.files.all()} == EVERYTHING
    assert version.commit.tags.get().name == "v1"
    assert Alias.objects.get(name="champion").version == version


def test_what_is_published_is_what_the_run_left(version: ModelVersion) -> None:
    left = files(version.evaluation)
    for entry in version.commit.files.filter(path__in=left):
        with open_blob(entry.blob) as file:
            assert file.read() == left[entry.path]


def test_publishing_again_answers_with_the_same_version(version: ModelVersion) -> None:
    notices = Notice.objects.count()
    assert publish_job(version.job) == version
    assert (ModelVersion.objects.count(), Notice.objects.count()) == (1, notices)


@pytest.mark.django_db(transaction=True)
def test_two_workers_publish_one_version(job: TrainingJob) -> None:
    succeed(job)
    together, made = threading.Barrier(2), list[Any]()

    def work() -> None:
        try:
            together.wait(5)
            made.append(_patiently(publish_job, job))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len({version.pk for version in made}) == 1
    assert ModelVersion.objects.count() == Model.objects.count() == 1


def _patiently(publish: Callable[..., Any], job: TrainingJob) -> Any:
    """SQLite in memory refuses where a file or PostgreSQL would let the second one wait."""
    for _ in range(100):
        try:
            return publish(job)
        except OperationalError:
            time.sleep(0.05)
    raise AssertionError


def test_every_participant_receives_it_and_nobody_else(
    alice: User, bob: User, erin: User, carol: User, job: TrainingJob
) -> None:
    version = publish(job)
    for member in (alice, bob, erin):
        assert ModelVersion.objects.visible_to(member).get() == version
        assert Model.objects.visible_to(member).get() == version.model
    assert not Model.objects.visible_to(carol).exists()
    assert Notice.objects.filter(user=bob, kind="model.published", url=version.get_absolute_url()).count() == 1
    assert not Notice.objects.filter(user=carol).exists()
    assert AuditEvent.objects.filter(verb="model.published").count() == 1


def test_who_leaves_keeps_what_it_received_and_gets_nothing_new(
    version: ModelVersion,
    alice: User,
    bob: User,
    dora: User,
    anvil: Organization,
    alliance: Collaboration,
    ours: DatasetVersion,
) -> None:
    leave_collaboration(alliance.participants.get(organization__slug="borealis"), actor=dora)
    later = publish(make_job(alice, anvil, alliance, [ours]))
    assert later.number == 2
    assert list(ModelVersion.objects.visible_to(bob)) == [version]


def test_who_leaves_while_the_job_runs_still_receives_it(
    alice: User, anvil: Organization, ours: DatasetVersion, bob: User, dora: User, alliance: Collaboration
) -> None:
    # On Anvil's data alone: a job on the data of those who leave is stopped, and its model not published.
    job = make_job(alice, anvil, alliance, [ours])
    TrainingJob.objects.filter(pk=job.pk).update(status="running")
    leave_collaboration(alliance.participants.get(organization__slug="borealis"), actor=dora)
    version = publish(job)
    assert ModelVersion.objects.visible_to(bob).get() == version


def test_a_job_of_the_same_name_makes_the_next_version_and_the_champion_stays(
    version: ModelVersion,
    alice: User,
    anvil: Organization,
    alliance: Collaboration,
    ours: DatasetVersion,
    theirs: DatasetVersion,
) -> None:
    second = publish(make_job(alice, anvil, alliance, [ours, theirs], title="find DEFECTS", seed=1))
    assert (second.model, second.number) == (version.model, 2)
    assert Alias.objects.get(name="champion").version == version


def test_a_clone_continues_the_line_under_any_title(
    version: ModelVersion,
    alice: User,
    anvil: Organization,
    alliance: Collaboration,
    ours: DatasetVersion,
    theirs: DatasetVersion,
) -> None:
    clone = make_job(alice, anvil, alliance, [ours, theirs], title="A wider net", cloned_from=version.job)
    other = make_job(alice, anvil, alliance, [ours, theirs], title="Another model")
    assert publish(clone).model == version.model
    assert publish(other).model != version.model


def test_a_run_without_weights_is_not_published_and_holds_up_no_other(
    job: TrainingJob, alice: User, anvil: Organization, alliance: Collaboration, ours: DatasetVersion
) -> None:
    broken, sound = job, make_job(alice, anvil, alliance, [ours], title="Sound")
    succeed(broken, leave={"config.json": b"{}"})
    succeed(sound, found=evaluation({"anvil": (0.7, 0.9)}))
    with pytest.raises(UnpublishableError, match=r"model\.safetensors"):
        publish_job(broken)
    assert not Model.objects.exists()
    TrainingJob.objects.update(finished_at="2026-01-01T00:00Z")
    publish_missing()
    assert ModelVersion.objects.get().job == sound


def test_a_job_that_has_not_succeeded_publishes_nothing(job: TrainingJob) -> None:
    assert publish_job(job) is None


def test_success_queues_the_publication(
    job: TrainingJob, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(queue, "send", lambda task, *args, queue="system": sent.append((task, args, queue)))
    with django_capture_on_commit_callbacks(execute=True):
        job_succeeded.send(TrainingJob, job=job)
    assert ("registry.publish_job", (job.pk,), "system") in sent
