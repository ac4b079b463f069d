"""Several files that become one: gathered, packed once, and nothing left beside."""

import zipfile
from pathlib import Path
from typing import Any

import pytest

from chainhub.accounts.models import User
from chainhub.core.errors import DomainError, InvalidInputError
from chainhub.datasets import services
from chainhub.datasets.models import Dataset, VersionStatus
from chainhub.organizations.models import Organization
from chainhub.repositories import storage
from chainhub.repositories.models import Blob, Upload
from chainhub.repositories.packages import pack_upload, take_uploads
from chainhub.repositories.quotas import room_of
from chainhub.repositories.storage import open_blob
from tests.factories.datasets import inspected, uploaded

pytestmark = pytest.mark.django_db
TEXTS = {"good/a.txt": "it works", "good/b.txt": "very well", "bad/a.txt": "it broke", "bad/b.txt": "no use"}


def files(alice: User, anvil: Organization, texts: dict[str, str] = TEXTS) -> list[Upload]:
    made = [uploaded(alice, text, path.rsplit("/", 1)[-1]) for path, text in texts.items()]
    for one, path in zip(made, texts, strict=True):
        one.path, one.organization = path, anvil
        one.save()
    return made


def test_files_with_paths_become_one_version(alice: User, anvil: Organization) -> None:
    dataset = services.register_dataset(actor=alice, organization=anvil, name="Texts", upload=files(alice, anvil))
    version = inspected(dataset.versions.get())
    assert version.status == VersionStatus.READY, version.refusal
    assert version.commit is not None
    with open_blob(version.commit.files.get(path="files.zip").blob) as packed, zipfile.ZipFile(packed) as archive:
        assert {name: archive.read(name).decode() for name in archive.namelist()} == TEXTS
    assert Upload.objects.get() == version.upload
    kept = {entry.blob_id for entry in version.commit.files.all()}
    assert set(Blob.objects.values_list("pk", flat=True)) == kept
    assert room_of(anvil).used == sum(blob.size for blob in Blob.objects.all())


def test_equal_files_make_equal_packages(alice: User, anvil: Organization, tmp_path: Path) -> None:
    made = []
    for _time in range(2):
        package = take_uploads(files(alice, anvil), actor=alice)
        pack_upload(package, tmp_path, lambda _share: None, owner=anvil)
        made.append(package.blob)
    assert made[0] == made[1]


def test_packing_goes_on_after_a_crash(alice: User, anvil: Organization, tmp_path: Path) -> None:
    package = take_uploads(files(alice, anvil), actor=alice)

    def dies(_share: float) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        pack_upload(package, tmp_path, dies, owner=anvil)
    assert package.parts.count() == 4
    for _time in range(2):
        package.refresh_from_db()
        pack_upload(package, tmp_path, lambda _share: None, owner=anvil)
    assert package.blob is not None
    assert not package.parts.exists()


def test_each_file_is_used_once(alice: User, anvil: Organization) -> None:
    made = files(alice, anvil)
    take_uploads(made, actor=alice)
    with pytest.raises(DomainError, match="already"):
        take_uploads(made[:1], actor=alice)
    with pytest.raises(DomainError, match="already"):
        services.register_dataset(actor=alice, organization=anvil, name="Again", upload=made)
    assert not Dataset.objects.exists()


@pytest.mark.parametrize(
    "texts",
    [{"a": "1", "a/b": "2"}, {"a/../b": "1", "c": "2"}, {"/etc/passwd": "1", "c": "2"}, {"a//b": "1", "c": "2"}],
)
def test_a_tree_that_cannot_be_is_refused(alice: User, anvil: Organization, texts: dict[str, str]) -> None:
    made = files(alice, anvil, texts)
    with pytest.raises(InvalidInputError):
        take_uploads(made, actor=alice)
    assert not Upload.objects.exclude(used_at=None).exists()


def test_two_files_of_one_path_are_refused(alice: User, anvil: Organization) -> None:
    with pytest.raises(InvalidInputError, match="called"):
        take_uploads([uploaded(alice, "a,b\n1,2\n"), uploaded(alice, "a,b\n3,4\n")], actor=alice)
    with pytest.raises(InvalidInputError, match="1 to 1000"):
        take_uploads([], actor=alice)


def test_bytes_given_up_while_equal_ones_are_stored_are_there(
    alice: User, anvil: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One process drops the blob between the other's file and its row."""
    first = storage.store_bytes(b"the same", owner=anvil)
    written = storage.write_blob

    def interrupted(blob: Blob, *arguments: Any, **options: Any) -> None:
        written(blob, *arguments, **options)
        if Blob.objects.filter(pk=first.pk).exists():
            storage.drop_blob(first)

    monkeypatch.setattr(storage, "write_blob", interrupted)
    monkeypatch.setattr(storage, "_found", lambda *_asked: None)
    again = storage.store_bytes(b"the same", owner=anvil)
    assert again.pk != first.pk
    with open_blob(again) as stored:
        assert stored.read() == b"the same"
