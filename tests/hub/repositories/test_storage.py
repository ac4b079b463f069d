"""Blobs and commits: nothing is overwritten, nothing half-stored gets a name."""

import hashlib
from pathlib import Path

import pytest

from chainhub.accounts.models import User
from chainhub.core.errors import DomainError, InvalidInputError
from chainhub.repositories import services, storage
from chainhub.repositories.models import Blob
from chainhub.repositories.paths import check_path, check_tree, clean_filename


@pytest.mark.django_db
def test_equal_bytes_are_stored_once_and_read_back(tmp_path: Path) -> None:
    first = storage.store_bytes(b"iron")
    (tmp_path / "same").write_bytes(b"iron")
    second = storage.store_file(tmp_path / "same")
    assert first.pk == second.pk
    assert first.sha256 == hashlib.sha256(b"iron").hexdigest()
    assert storage.open_blob(first).read() == b"iron"
    assert (tmp_path / "same").exists()


@pytest.mark.django_db
def test_moving_a_file_into_the_store_leaves_nothing_behind(tmp_path: Path) -> None:
    source = tmp_path / "big"
    source.write_bytes(b"x" * 3_000_000)
    blob = storage.store_file(source, move=True)
    assert not source.exists()
    assert storage.blob_exists(blob)
    assert b"".join(storage.read_range(blob, 10, 20)) == b"x" * 10


@pytest.mark.django_db
def test_a_fetched_copy_is_verified(tmp_path: Path) -> None:
    blob = storage.store_bytes(b"steel")
    assert storage.fetch_blob(blob, tmp_path / "in" / "copy").read_bytes() == b"steel"
    stored = Path(storage.blob_storage().path(blob.storage_name))
    stored.chmod(0o640)
    stored.write_bytes(b"stale")
    with pytest.raises(storage.DamagedBlobError):
        storage.fetch_blob(blob, tmp_path / "in" / "bad")
    assert list((tmp_path / "in").iterdir()) == [tmp_path / "in" / "copy"]


@pytest.mark.django_db
def test_a_blob_whose_file_was_lost_is_stored_again() -> None:
    blob = storage.store_bytes(b"tin")
    Path(storage.blob_storage().path(blob.storage_name)).unlink()
    assert not storage.blob_exists(blob)
    assert storage.store_bytes(b"tin") == blob
    assert storage.blob_exists(blob)


@pytest.mark.parametrize(
    "path", ["", "/etc/passwd", "../up", "a/../b", "a//b", "a/./b", "a\\b", "a\nb", "x" * 501, "a/"]
)
def test_a_path_that_could_leave_the_tree_is_refused(path: str) -> None:
    with pytest.raises(InvalidInputError):
        check_path(path)


def test_a_file_cannot_be_a_folder_too() -> None:
    check_tree(["a/b", "a/c", "ab"])
    with pytest.raises(InvalidInputError):
        check_tree(["a", "a/b"])


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("data.csv", "data.csv"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\数据.csv", "数据.csv"),
        ("evil\u202efdp.exe", "evilfdp.exe"),
        ("", "file"),
        ("a" * 300 + ".csv", "a" * 196 + ".csv"),
    ],
)
def test_file_names_are_cleaned(sent: str, kept: str) -> None:
    assert clean_filename(sent) == kept


def test_commits_make_a_line_and_name_their_tree(alice: User) -> None:
    repository = services.create_repository("dataset")
    one = services.commit_files(repository, {"a.csv": storage.store_bytes(b"1")}, author=alice, title="One")
    two = services.commit_files(repository, {"a.csv": storage.store_bytes(b"2")}, author=alice, title="Two")
    assert two.parent == one
    assert len({one.oid, two.oid}) == 2
    for commit in (one, two):
        files = {entry.path: entry.blob for entry in commit.files.all()}
        assert len(commit.oid) == 40
        assert commit.oid == services.commit_oid(
            parent=commit.parent, title=commit.title, author=commit.author, at=commit.created_at, files=files
        )


def test_a_tag_never_moves(alice: User) -> None:
    repository = services.create_repository("model")
    blob: Blob = storage.store_bytes(b"w")
    one = services.commit_files(repository, {"w": blob}, author=alice, title="One")
    two = services.commit_files(repository, {"w": blob}, author=alice, title="Two")
    assert services.tag_commit(one, "v1") == services.tag_commit(one, "v1")
    with pytest.raises(DomainError):
        services.tag_commit(two, "v1")
