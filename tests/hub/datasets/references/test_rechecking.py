"""Time passes over a dataset by reference: its file changes, goes, and comes back."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from chainhub.accounts.models import User
from chainhub.activity.models import Notice
from chainhub.celery import app
from chainhub.core.sentences import render
from chainhub.datasets import services, tasks
from chainhub.datasets.models import Dataset, DatasetVersion
from chainhub.datasets.references import ChangedReferenceError, UnreachableError, described
from chainhub.jobs import runner
from chainhub.organizations.models import Organization
from tests.factories.datasets import inspected
from tests.hub.datasets.references.conftest import CSV, Owner
from tests.hub.datasets.references.test_versions import referred

pytestmark = pytest.mark.django_db
OTHER = b"age,sick\n1,0\n"


def sweep_after(**time: float) -> int:
    """How many files the sweep reads when so much time has passed since each was last looked at."""
    for version in DatasetVersion.objects.exclude(reference=None):
        seen = (timezone.now() - timedelta(**time)).isoformat()
        version.reference = {**(version.reference or {}), "checked_at": seen}
        version.save(update_fields=["reference"])
    return services.recheck_references()


def told() -> list[tuple[str, str]]:
    notices = Notice.objects.filter(kind="dataset.reference").order_by("pk")
    return [(notice.user.email.split("@")[0], render(notice.sentence)) for notice in notices]


def test_the_sweep_reads_each_file_once_a_day(server: Owner, alice: User, anvil: Organization, settings: Any) -> None:
    referred(alice, anvil, server.at("/bearings.csv"))
    server.asked.clear()
    assert (sweep_after(hours=23), sweep_after(hours=25), services.recheck_references()) == (0, 1, 0)
    assert server.asked == ["/bearings.csv"]
    settings.REFERENCE_CHECK_HOURS = 0
    assert sweep_after(days=99) == 0


def test_the_scheduler_sends_it() -> None:
    app.loader.import_default_modules()  # as a worker does
    sent = {entry["task"] for entry in django_settings.CELERY_BEAT_SCHEDULE.values()}
    assert tasks.recheck_references.name in sent
    assert sent <= set(app.tasks)


def test_a_changed_file_is_marked_and_its_owners_stewards_are_told_once(
    server: Owner, alice: User, carol: User, anvil: Organization, browse: Callable[[User], Client]
) -> None:
    """Carol of another organization reads that it changed, and not where it lies."""
    server.answers["/b.csv?key=secret"] = CSV
    referred(alice, anvil, server.at("/b.csv?key=secret"))
    Dataset.objects.update(visibility="hub")
    marked = "The file of version 1 is no longer the one that was registered"
    assert marked not in browse(alice).get("/datasets/anvil/bearings/").content.decode()
    server.answers["/b.csv?key=secret"] = OTHER
    assert [sweep_after(days=2), sweep_after(days=2)] == [1, 1]
    for person, may_act in ((alice, True), (carol, False)):
        page = browse(person).get("/datasets/anvil/bearings/").content.decode()
        assert marked in page
        assert ("Register the address again" in page) == may_act
        assert server.host not in page
    (one,) = [sentence for who, sentence in told() if who == "alice"]
    assert "“Bearings” v1 is no longer the one" in one
    assert not [who for who, _sentence in told() if who == "carol"]


def test_a_file_that_goes_and_comes_back(
    folder: Path, alice: User, anvil: Organization, browse: Callable[[User], Client]
) -> None:
    """What cannot be read is tried again soon; whoever was told is told anew only after it was well."""
    referred(alice, anvil, f"{folder}/bearings.csv")
    marked = "The file of version 1 could not be read where it lies"

    def page() -> str:
        return browse(alice).get("/datasets/anvil/bearings/").content.decode()

    (folder / "bearings.csv").unlink()
    assert sweep_after(days=2) == 1
    assert marked in page()
    assert "There is no file at" in page()
    assert (sweep_after(minutes=59), sweep_after(minutes=61)) == (0, 1)
    assert len(told()) == 1
    (folder / "bearings.csv").write_bytes(CSV)
    assert sweep_after(minutes=61) == 1
    assert marked not in page()
    (folder / "bearings.csv").unlink()
    assert sweep_after(days=2) == 1
    assert len(told()) == 2
    (folder / "bearings.csv").write_bytes(OTHER)
    assert sweep_after(days=2) == 1
    assert len(told()) == 3
    (folder / "bearings.csv").unlink()
    assert sweep_after(days=2) == 1
    assert len(told()) == 3, "told of the same again while nothing was well in between"


def test_what_nobody_may_use_is_left_alone(server: Owner, alice: User, anvil: Organization) -> None:
    """An older version of the same address, one that is advised against, a dataset that is withdrawn."""
    old = referred(alice, anvil, server.at("/bearings.csv"))
    server.answers["/bearings.csv"] = CSV + b"44,1\n"
    reference = described(server.at("/bearings.csv"), organization=anvil)
    new = inspected(services.add_version(old.dataset, actor=alice, reference=reference))
    assert sweep_after(days=2) == 1
    assert told() == []
    services.deprecate_version(new, actor=alice, reason="a sensor was broken")
    assert sweep_after(days=2) == 1  # the older one is now the newest that may be used
    services.deprecate_version(old, actor=alice, reason="too old")
    assert sweep_after(days=2) == 0
    services.undeprecate_version(new, actor=alice)
    Dataset.objects.update(withdrawn_at=timezone.now())
    assert sweep_after(days=2) == 0


def test_two_workers_do_not_read_the_same_file(server: Owner, alice: User, anvil: Organization) -> None:
    version = referred(alice, anvil, server.at("/bearings.csv"))
    cache.add(f"rechecking-reference:{version.pk}", True, 60)
    assert sweep_after(days=2) == 0
    cache.delete(f"rechecking-reference:{version.pk}")
    assert services.recheck_references() == 1


@pytest.mark.parametrize("left", [OTHER, None])
def test_a_job_that_finds_it_otherwise_has_it_checked_at_once(
    folder: Path, alice: User, anvil: Organization, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left: bytes | None
) -> None:
    version = referred(alice, anvil, f"{folder}/bearings.csv")
    sent: list[tuple[Any, ...]] = []
    monkeypatch.setattr(runner, "send", lambda *task: sent.append(task))
    (folder / "bearings.csv").unlink() if left is None else (folder / "bearings.csv").write_bytes(left)
    work = tmp_path / "run"
    work.mkdir()
    with pytest.raises(UnreachableError if left is None else ChangedReferenceError):
        runner._lay_out_referred(version, work / "0.parquet", {})
    assert sent == [(tasks.check_reference.name, version.pk)]
    tasks.check_reference(version.pk)
    assert len(told()) == 1
