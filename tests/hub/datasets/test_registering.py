"""From an upload to a dataset that can be used, or to a sentence that says why not."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from chainhub.accounts.models import User
from chainhub.activity.models import AuditEvent, Notice
from chainhub.collaborations.models import Collaboration
from chainhub.core.errors import DomainError, InvalidInputError
from chainhub.core.sentences import render
from chainhub.datasets import services
from chainhub.datasets.canonical import TRAINING_FILE
from chainhub.datasets.models import Dataset, VersionStatus
from chainhub.organizations.models import Organization
from tests.factories import datasets as make


def test_a_registered_table_is_ready_with_its_original_and_its_training_form(alice: User, anvil: Organization) -> None:
    dataset = make.registered_csv(alice, anvil, name="Bearings 2026")
    version = dataset.versions.get()
    assert version.status == VersionStatus.READY
    assert dataset.latest_version == version
    assert (dataset.slug, dataset.kind, dataset.target) == ("bearings-2026", "table", "sick")
    assert {entry.path for entry in version.commit.files.all()} == {"data.csv", TRAINING_FILE}
    assert version.rows == 60
    assert [field["name"] for field in version.inspection["fields"]] == ["age", "pressure", "site", "sick"]
    assert Notice.objects.get(user=alice).text == "“Bearings 2026” version 1 is ready: 60 rows."
    assert AuditEvent.objects.filter(verb="dataset.version_ready").exists()


def test_a_refused_file_leaves_a_sentence_and_nothing_to_train_on(alice: User, anvil: Organization) -> None:
    dataset = make.registered_csv(alice, anvil, "a,b\n")
    version = dataset.versions.get()
    assert version.status == VersionStatus.REFUSED
    assert render(version.refusal) == "The file has a header but no rows below it."
    assert version.commit is None
    services.discard_dataset(dataset, actor=alice)
    assert not Dataset.objects.exists()


def test_only_stewards_register(bob: User, borealis: Organization, erin: User, anvil: Organization) -> None:
    for actor, organization in ((bob, borealis), (erin, anvil), (bob, anvil)):
        with pytest.raises(PermissionDenied):
            make.registered_csv(actor, organization)


def test_an_upload_is_used_once_and_by_its_uploader(
    alice: User, anvil: Organization, dora: User, borealis: Any
) -> None:
    upload = make.uploaded(alice, "a,b\n1,2\n")
    with pytest.raises(InvalidInputError):
        services.register_dataset(actor=dora, organization=borealis, name="Mine now", upload=upload)
    services.register_dataset(actor=alice, organization=anvil, name="One", upload=upload)
    upload.refresh_from_db()
    with pytest.raises(DomainError):
        services.register_dataset(actor=alice, organization=anvil, name="Two", upload=upload)


def test_a_message_delivered_twice_does_no_harm(alice: User, anvil: Organization) -> None:
    dataset = make.registered_csv(alice, anvil)
    services.inspect_version(dataset.versions.get().pk, isolated=False)
    assert dataset.repository.commits.count() == 1
    assert Notice.objects.filter(user=alice).count() == 1


def test_inspection_in_its_own_process_finds_the_same(alice: User, anvil: Organization) -> None:
    here = make.registered_csv(alice, anvil)
    there = services.register_dataset(
        actor=alice, organization=anvil, name="There", upload=make.uploaded(alice, make.as_csv(make.ROWS))
    )
    services.inspect_version(there.versions.get().pk)
    assert there.versions.get().inspection == here.versions.get().inspection


def test_versions_are_immutable_and_tell_what_changed(alice: User, anvil: Organization) -> None:
    dataset = make.registered_csv(alice, anvil)
    first = dataset.versions.get()
    second = make.next_version(dataset, alice, "age,site,sick,weight\n1,x,0,2.5\n2,y,1,3.5\n", note="New scales")
    assert (second.number, second.status) == (2, VersionStatus.READY)
    assert second.inspection["changes"]["added"] == ["weight"]
    assert second.inspection["changes"]["removed"] == ["pressure"]
    first.refresh_from_db()
    assert first.rows == 60
    assert dataset.latest_version == second


def test_a_table_cannot_become_images(alice: User, anvil: Organization) -> None:
    dataset = make.registered_csv(alice, anvil)
    Dataset.objects.filter(pk=dataset.pk).update(kind="images")
    assert "register it as a dataset of its own" in render(make.next_version(dataset, alice, "a\n1\n").refusal)


def test_granting_needs_a_ready_version_and_a_seat_at_the_table(
    alice: User, anvil: Organization, alliance: Collaboration, carol: User, cobalt: Organization
) -> None:
    dataset = make.registered_csv(alice, anvil)
    grant = make.granted(dataset, alliance, alice, needs_approval=True)
    assert list(Dataset.objects.usable_in(alliance)) == [dataset]
    assert grant == make.granted(dataset, alliance, alice)
    grant.refresh_from_db()
    assert not grant.needs_approval
    outside = make.registered_csv(carol, cobalt)
    with pytest.raises(DomainError):
        make.granted(outside, alliance, carol)
    with pytest.raises(PermissionDenied):
        make.granted(dataset, alliance, carol)
