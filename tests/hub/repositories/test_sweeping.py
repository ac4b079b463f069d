"""What nothing names goes after a day; what anything names stays, whoever does what at the same moment."""

import io
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.utils import timezone

from chainhub.accounts.models import User
from chainhub.celery import app
from chainhub.organizations.models import Organization
from chainhub.repositories import keyring, rotation, services, storage, sweeping, tasks
from chainhub.repositories.models import Blob, DataKey
from tests.factories.datasets import registered_csv, uploaded

DAYS = timedelta(days=2)


def path_of(blob: Blob) -> Path:
    return Path(storage.blob_storage().path(blob.storage_name))


def let_pass(days: timedelta = DAYS) -> None:
    """Blobs and files were given and written so long ago."""
    Blob.objects.update(given_at=timezone.now() - days)
    then = (timezone.now() - days).timestamp()
    for path in Path(storage.blob_storage().path(".")).rglob("*"):
        if path.is_file():
            os.utime(path, (then, then))


def files() -> list[Path]:
    return [path for path in Path(storage.blob_storage().path(".")).rglob("*") if path.is_file()]


def swept() -> tuple[int, int]:
    return sweeping.sweep_blobs(), sweeping.sweep_files()


@pytest.mark.django_db
def test_the_scheduler_sends_it_every_hour() -> None:
    app.loader.import_default_modules()
    assert tasks.sweep_unnamed.name in {entry["task"] for entry in django_settings.CELERY_BEAT_SCHEDULE.values()}


@pytest.mark.django_db
def test_every_relation_to_blobs_is_asked() -> None:
    """A new table that points to blobs is found without being listed anywhere."""
    told = str(sweeping.unnamed_blobs().query)
    pointing = [
        (model._meta.db_table, field.column)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_fields
        if field.related_model is Blob
    ]
    assert len(pointing) >= 5
    for table, column in pointing:
        assert f'"{column}" = ("repositories_blob"."id")' in told, (table, column)
        assert table in told


@pytest.mark.django_db
def test_bytes_that_nothing_names_go_after_a_day(alice: User, anvil: Organization) -> None:
    """As a process leaves them that was killed between the storing of an upload and its row."""
    storage.store_bytes(b"orphan", owner=anvil)
    assert swept() == (0, 0)
    let_pass()
    assert swept() == (1, 0)
    assert not Blob.objects.exists()
    assert files() == []


@pytest.mark.django_db
def test_what_is_named_stays(alice: User, anvil: Organization) -> None:
    """By a dataset, by an upload of which nothing was made yet, and by a commit of any repository."""
    dataset = registered_csv(alice, anvil)
    waiting = uploaded(alice, "a,b\n5,6\n")
    repository = services.create_repository("model")
    plain = storage.store_bytes(b"weights", owner=anvil)
    services.commit_files(repository, {"model.bin": plain}, author=alice, title="v1")
    let_pass()
    before = set(Blob.objects.values_list("pk", flat=True)), sorted(files())
    assert swept() == (0, 0)
    assert (set(Blob.objects.values_list("pk", flat=True)), sorted(files())) == before
    assert waiting.blob_id in before[0]
    assert dataset.latest_version is not None


@pytest.mark.django_db
def test_what_was_given_again_waits_another_day(anvil: Organization) -> None:
    storage.store_bytes(b"twice", owner=anvil)
    let_pass()
    again = storage.store_bytes(b"twice", owner=anvil)
    assert sweeping.sweep_blobs() == 0
    assert storage.blob_exists(again)


@pytest.mark.django_db
def test_what_is_given_while_the_sweep_is_about_to_take_it_stays(
    anvil: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sweep has listed the blob; before it locks the row, somebody gives the same bytes."""
    blob = storage.store_bytes(b"wanted", owner=anvil)
    let_pass()
    drop = storage.drop_blob

    def late(found: Blob, **limits: Any) -> bool:
        assert storage.store_bytes(b"wanted", owner=anvil) == blob
        return drop(found, **limits)

    monkeypatch.setattr(sweeping, "drop_blob", late)
    assert sweeping.sweep_blobs() == 0
    assert storage.blob_exists(blob)


@pytest.mark.django_db
def test_what_is_named_while_the_sweep_is_about_to_take_it_stays(
    alice: User, anvil: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    blob = storage.store_bytes(b"named late", owner=anvil)
    let_pass()
    drop = storage.drop_blob

    def late(found: Blob, **limits: Any) -> bool:
        services.commit_files(services.create_repository("model"), {"a": blob}, author=alice, title="v1")
        return drop(found, **limits)

    monkeypatch.setattr(sweeping, "drop_blob", late)
    assert sweeping.sweep_blobs() == 0
    assert storage.open_blob(blob).read() == b"named late"


@pytest.mark.django_db
def test_a_blob_that_moved_under_another_key_is_given_up_where_it_lies_now(anvil: Organization, alice: User) -> None:
    blob = storage.store_bytes(b"moved", owner=anvil)
    stale = Blob.objects.get(pk=blob.pk)
    rotation.rotate_key(anvil, actor=alice)
    assert rotation.reseal_blobs(anvil) == 1
    assert storage.drop_blob(stale)
    assert files() == []


@pytest.mark.django_db
def test_a_lost_blobs_file_is_left_to_who_stored_it_again(anvil: Organization, settings: Any) -> None:
    settings.ENCRYPT_BLOBS = False
    lost = storage.store_bytes(b"again", owner=anvil)
    Blob.objects.update(lost=True)
    again = storage.store_bytes(b"again", owner=anvil)
    assert again.pk != lost.pk
    let_pass()
    storage.drop_blob(lost)
    assert storage.open_blob(again).read() == b"again"


@pytest.mark.django_db
@pytest.mark.parametrize("encrypted", [True, False])
def test_files_without_a_row_go_after_a_day(encrypted: bool, anvil: Organization, settings: Any) -> None:
    """As a kill between the file and its row leaves them, whole or not, for an organization or for nobody."""
    settings.ENCRYPT_BLOBS = encrypted
    kept = [storage.store_bytes(b"kept", owner=anvil), storage.store_bytes(b"kept")]
    for owner in (anvil, None):
        blob = Blob(sha256="ab" * 32, size=4, owner=owner, key=keyring.key_for(owner))
        storage.write_blob(blob, io.BytesIO(b"gone"))
    part = path_of(kept[0]).with_name(f".{kept[0].sha256}.{'0' * 32}")
    part.write_bytes(b"half")
    assert sweeping.sweep_files() == 0
    let_pass()
    assert sweeping.sweep_files() == 3
    assert sorted(files()) == sorted(path_of(blob) for blob in kept)


@pytest.mark.django_db
def test_whoever_stores_the_same_bytes_while_their_old_file_goes_stores_them_anew(
    anvil: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sweep takes the file between the other's writing and its row."""
    written = storage.write_blob

    def interrupted(blob: Blob, *arguments: Any, **options: Any) -> None:
        written(blob, *arguments, **options)
        if not Blob.objects.filter(sha256=blob.sha256).exists():
            assert sweeping.forget_file(blob.storage_name)

    monkeypatch.setattr(storage, "write_blob", interrupted)
    blob = storage.store_bytes(b"meanwhile", owner=anvil)
    assert storage.open_blob(blob).read() == b"meanwhile"


@pytest.mark.django_db
def test_names_that_are_no_blobs_are_not_touched(anvil: Organization) -> None:
    root = Path(storage.blob_storage().path("."))
    for name in ("notes.txt", "incoming/abc", "ab/cd/short", f"organizations/x/ab/ab/{'ab' * 32}"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")
        assert not sweeping.forget_file(name)
    let_pass()
    assert swept() == (0, 0)
    assert len(files()) == 4


@pytest.fixture
def half_moved(anvil: Organization, alice: User) -> tuple[Blob, DataKey]:
    """A blob that is to be moved under a new key."""
    blob = storage.store_bytes(b"sealed", owner=anvil)
    rotation.rotate_key(anvil, actor=alice)
    key = keyring.current_key(anvil)
    assert key is not None
    return Blob.objects.select_related("owner").get(pk=blob.pk), key


@pytest.mark.django_db
def test_a_blob_that_went_while_it_was_moved_leaves_no_file(
    half_moved: tuple[Blob, DataKey], monkeypatch: pytest.MonkeyPatch
) -> None:
    blob, key = half_moved
    write = rotation.write_blob

    def goes(fresh: Blob, source: Any) -> None:
        write(fresh, source)
        storage.drop_blob(Blob.objects.get(pk=blob.pk))

    monkeypatch.setattr(rotation, "write_blob", goes)
    assert rotation.reseal_blob(blob, key) is False
    assert files() == []


@pytest.mark.django_db
def test_of_two_that_move_a_blob_the_later_takes_nothing_away(
    half_moved: tuple[Blob, DataKey], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both write the same file; the one that finds the row moved must leave it there."""
    blob, key = half_moved
    write = rotation.write_blob
    turns = iter([True])

    def quicker(fresh: Blob, source: Any) -> None:
        write(fresh, source)
        if next(turns, False):
            assert rotation.reseal_blob(Blob.objects.select_related("owner").get(pk=blob.pk), key)

    monkeypatch.setattr(rotation, "write_blob", quicker)
    assert rotation.reseal_blob(blob, key) is False
    assert storage.open_blob(Blob.objects.get(pk=blob.pk)).read() == b"sealed"
    assert len(files()) == 1


@pytest.mark.django_db
def test_a_moved_file_that_was_swept_before_its_row_named_it_moves_nothing(
    half_moved: tuple[Blob, DataKey], monkeypatch: pytest.MonkeyPatch
) -> None:
    blob, key = half_moved
    exists = storage.blob_exists

    def swept_first(fresh: Blob) -> bool:
        path_of(fresh).unlink()
        return exists(fresh)

    monkeypatch.setattr(rotation, "blob_exists", swept_first)
    assert rotation.reseal_blob(blob, key) is False
    assert storage.open_blob(Blob.objects.get(pk=blob.pk)).read() == b"sealed"
