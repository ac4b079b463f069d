"""Whose room a dataset's files take, and that nothing is left of what came to nothing."""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps

from chainhub.accounts.models import User
from chainhub.core.sentences import render
from chainhub.datasets import services
from chainhub.datasets.inspection.files import inspect_file
from chainhub.datasets.models import Dataset, DatasetVersion, VersionStatus
from chainhub.datasets.services import outcome
from chainhub.datasets.services.inspecting import claim_version
from chainhub.organizations.models import Membership, Organization, Role
from chainhub.repositories import storage
from chainhub.repositories.models import Blob, Upload
from chainhub.repositories.quotas import QuotaError, room_of
from tests.factories import datasets as make

CSV = make.as_csv(make.ROWS)


def uploaded_for(actor: User, organization: Organization | None, data: str = CSV, path: str = "data.csv") -> Upload:
    upload = make.uploaded(actor, data, path)
    upload.organization, upload.path = organization, path
    upload.save()
    return upload


def stored_files() -> list[Path]:
    return [path for path in Path(storage.blob_storage().path(".")).rglob("*") if path.is_file()]


@pytest.fixture
def at_both(alice: User, borealis: Organization) -> User:
    """Alice, who puts in data for Borealis too."""
    Membership.objects.create(user=alice, organization=borealis, role=Role.STEWARD)
    return alice


@pytest.mark.parametrize("parts", [1, 2])
def test_a_discarded_dataset_leaves_nothing_and_takes_no_room(
    parts: int, alice: User, anvil: Organization, django_capture_on_commit_callbacks: Any
) -> None:
    """Its file was refused, or it was given up before its files were packed."""
    uploads = [uploaded_for(alice, anvil, f"a,b\n{n * chr(10)}", f"{n}.csv") for n in range(parts)]
    dataset = services.register_dataset(actor=alice, organization=anvil, name="Bad", upload=uploads)
    if parts == 1:
        assert make.inspected(dataset.versions.get()).status == VersionStatus.REFUSED
    assert room_of(anvil).used > 0
    with django_capture_on_commit_callbacks(execute=True):
        services.discard_dataset(dataset, actor=alice)
    assert (Upload.objects.count(), Blob.objects.count(), stored_files()) == (0, 0, [])
    assert room_of(anvil).used == 0


def test_the_same_bytes_in_another_dataset_outlive_a_discarded_one(
    alice: User, anvil: Organization, django_capture_on_commit_callbacks: Any
) -> None:
    good = make.registered_csv(alice, anvil)
    Dataset.objects.filter(pk=good.pk).update(kind="")
    refused = services.register_dataset(
        actor=alice, organization=anvil, name="Same", upload=uploaded_for(alice, anvil), kind="images"
    )
    with django_capture_on_commit_callbacks(execute=True):
        services.discard_dataset(refused, actor=alice)
    version = good.versions.get()
    assert version.commit is not None
    for entry in version.commit.files.all():
        assert storage.blob_exists(entry.blob)


def test_a_discarding_that_is_rolled_back_keeps_every_byte(alice: User, anvil: Organization, monkeypatch: Any) -> None:
    upload = uploaded_for(alice, anvil, "a,b\n")
    dataset = services.register_dataset(actor=alice, organization=anvil, name="Bad", upload=upload)
    monkeypatch.setattr("chainhub.datasets.services.registering.forget_taken", lambda _taken: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        services.discard_dataset(dataset, actor=alice)
    upload.refresh_from_db()
    assert upload.blob is not None
    assert storage.open_blob(upload.blob).read() == b"a,b\n"


def test_a_version_inspected_as_its_dataset_is_discarded_ends_quietly(alice: User, anvil: Organization) -> None:
    dataset = services.register_dataset(actor=alice, organization=anvil, name="Gone", upload=uploaded_for(alice, anvil))
    claim = claim_version(dataset.versions.get().pk)
    assert claim is not None
    services.discard_dataset(dataset, actor=alice)
    outcome.refuse(claim.version, {"text": "no", "params": {}}, claimed_at=claim.at)
    assert not DatasetVersion.objects.exists()


def test_a_file_registered_elsewhere_takes_room_there(
    at_both: User, anvil: Organization, borealis: Organization
) -> None:
    upload = uploaded_for(at_both, anvil)
    assert room_of(anvil).used == len(CSV)
    dataset = services.register_dataset(actor=at_both, organization=borealis, name="Theirs", upload=upload)
    assert (room_of(anvil).used, room_of(borealis).used) == (0, len(CSV))
    version = make.inspected(dataset.versions.get())
    assert version.commit is not None
    assert (room_of(anvil).used, room_of(borealis).used) == (0, version.commit.size)
    assert set(Blob.objects.values_list("owner", flat=True)) == {borealis.pk}


def test_a_refused_file_takes_the_room_of_who_registered_it(
    at_both: User, anvil: Organization, borealis: Organization
) -> None:
    dataset = services.register_dataset(
        actor=at_both, organization=borealis, name="Bad", upload=uploaded_for(at_both, anvil, "a,b\n")
    )
    assert make.inspected(dataset.versions.get()).status == VersionStatus.REFUSED
    assert (room_of(anvil).used, room_of(borealis).used) == (0, 4)


@pytest.mark.parametrize("first", ["anvil", "borealis"])
def test_room_is_asked_for_every_part_that_was_sent_for_another(
    first: str, at_both: User, anvil: Organization, borealis: Organization
) -> None:
    """Whichever part comes first: here one of two was sent for Anvil, and Borealis has no room for it."""
    text = "so it was " * 100
    parts = [
        uploaded_for(at_both, anvil if (n == 0) == (first == "anvil") else borealis, f"{n}{text}", f"{n}.txt")
        for n in range(2)
    ]
    Organization.objects.filter(pk=borealis.pk).update(quota_bytes=1500)
    with pytest.raises(QuotaError):
        services.register_dataset(actor=at_both, organization=borealis, name="Texts", upload=parts)
    Organization.objects.filter(pk=borealis.pk).update(quota_bytes=3000)
    services.register_dataset(actor=at_both, organization=borealis, name="Texts", upload=parts)
    assert (room_of(anvil).used, room_of(borealis).used) == (0, 2 * (len(text) + 1))


def test_what_inspection_writes_is_bound_by_the_quota(alice: User, anvil: Organization) -> None:
    Organization.objects.filter(pk=anvil.pk).update(quota_bytes=len(CSV) + 100)
    dataset = make.registered_csv(alice, anvil)
    version = dataset.versions.get()
    assert version.status == VersionStatus.REFUSED
    assert "There is no room for the form in which the hub keeps this file for training: Anvil Steel uses" in render(
        version.refusal
    )
    assert Blob.objects.count() == 1
    Organization.objects.filter(pk=anvil.pk).update(quota_bytes=None)
    assert make.next_version(dataset, alice, CSV).status == VersionStatus.READY


def test_a_file_of_the_wrong_kind_leaves_no_canonical_form(alice: User, anvil: Organization) -> None:
    dataset = make.registered_csv(alice, anvil)
    Dataset.objects.filter(pk=dataset.pk).update(kind="images")
    before = Blob.objects.count()
    refused = make.next_version(dataset, alice, "a,b\n1,2\n3,4\n")
    assert "register it as a dataset of its own" in render(refused.refusal)
    assert Blob.objects.count() == before + 1  # the file itself, which its owner may discard
    assert refused.upload is not None


def test_a_worker_that_lost_its_claim_stores_nothing(alice: User, anvil: Organization, tmp_path: Path) -> None:
    dataset = services.register_dataset(actor=alice, organization=anvil, name="Slow", upload=uploaded_for(alice, anvil))
    version = dataset.versions.get()
    claim = claim_version(version.pk)
    assert claim is not None
    (tmp_path / "source").write_text(CSV)
    (tmp_path / "work").mkdir()
    findings = inspect_file(tmp_path / "source", tmp_path / "work")
    DatasetVersion.objects.update(claimed_at=None)
    outcome.accept(claim.version, findings, claimed_at=claim.at)
    assert Blob.objects.count() == 1
    version.refresh_from_db()
    assert version.status == VersionStatus.INSPECTING
    assert json.loads(json.dumps(version.inspection)) == {}


def test_uploads_that_were_registered_elsewhere_before_this_held_are_put_right(
    at_both: User, anvil: Organization, borealis: Organization
) -> None:
    """The migration, on a hub where Anvil still pays for what Borealis registered."""
    mine = make.registered_file(at_both, anvil, CSV).versions.get().upload
    theirs = make.registered_file(at_both, borealis, CSV, name="Theirs").versions.get().upload
    waiting = uploaded_for(at_both, anvil)
    Upload.objects.update(organization=anvil)
    import_module("chainhub.repositories.migrations.0005_charge_owners").charge_owners(apps, None)
    for upload, whose in ((mine, anvil), (theirs, borealis), (waiting, anvil)):
        assert upload is not None
        upload.refresh_from_db()
        assert upload.organization == whose
