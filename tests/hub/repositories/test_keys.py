"""Renewing keys loses nothing, wherever it is interrupted; destroying them leaves nothing, wherever it lay."""

import itertools
import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.utils import timezone

from chainhub.accounts.models import User
from chainhub.activity.models import AuditEvent
from chainhub.core.errors import DomainError, InvalidInputError
from chainhub.organizations.models import Organization
from chainhub.repositories import keyring, masters, raw, rotation, shredding, storage, tasks
from chainhub.repositories.damage import LostBlobError
from chainhub.repositories.models import Blob, DataKey

pytestmark = pytest.mark.django_db

CONTENTS = [b"iron", b"", b"steel" * 100_000, b"tin" * 7]


class KilledError(BaseException):
    """As by a signal: nothing catches it."""


def stored(owner: Organization) -> list[Blob]:
    return [storage.store_bytes(content, owner=owner) for content in CONTENTS]


def all_read(owner: Organization) -> bool:
    blobs = Blob.objects.filter(owner=owner, lost=False).order_by("pk")
    return [storage.open_blob(blob).read() for blob in blobs] == CONTENTS


def files_of(owner: Organization) -> list[str]:
    return sorted(raw.names_in(f"organizations/{owner.pk}"))


def test_a_new_key_takes_over_all_files(anvil: Organization, alice: User) -> None:
    stored(anvil)
    before = keyring.current_key(anvil)
    key = rotation.rotate_key(anvil, actor=alice)
    assert (key.number, key.made_by) == (2, alice)
    assert rotation.waiting_in(anvil).count() == len(CONTENTS)
    assert all_read(anvil), "the old key still opens what has not been moved"
    tasks.reseal_blobs(anvil.pk)
    assert not rotation.waiting_in(anvil).exists()
    assert set(Blob.objects.filter(owner=anvil).values_list("key", flat=True)) == {key.pk}
    assert all_read(anvil)
    assert len(files_of(anvil)) == len(CONTENTS), "the old files are gone"
    assert before is not None
    assert AuditEvent.objects.filter(verb="keys.rotated").count() == 1


def test_files_from_before_are_sealed_too(anvil: Organization, alice: User, settings: Any) -> None:
    settings.ENCRYPT_BLOBS = False
    stored(anvil)
    with pytest.raises(DomainError, match="switched that off"):
        rotation.rotate_key(anvil, actor=alice)
    settings.ENCRYPT_BLOBS = True
    rotation.rotate_key(anvil, actor=alice)
    tasks.reseal_blobs(anvil.pk)
    assert all_read(anvil)
    assert not Blob.objects.filter(owner=anvil, key=None).exists()
    assert all("key-" in name for name in files_of(anvil))


STEPS = ("write_blob", "read_range", "open_blob", "raw.put", "raw.remove")


def killed_at(moment: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process ends before the given one of its next steps, or half-way through writing a file."""
    count = itertools.count()

    def dying(step: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **kwargs: Any) -> Any:
            if next(count) == moment:
                raise KilledError
            return step(*args, **kwargs)

        return run

    for name in ("write_blob", "read_range", "open_blob"):
        monkeypatch.setattr(rotation, name, dying(getattr(rotation, name)))
    for name in ("put", "remove"):
        monkeypatch.setattr(raw, name, dying(getattr(raw, name)))
    monkeypatch.setattr(storage, "write_sealed", dying(storage.write_sealed))


@pytest.mark.parametrize("seed", range(8))
def test_interrupted_wherever_it_may_be_nothing_is_lost(seed: int, anvil: Organization, alice: User) -> None:
    from django.core.cache import cache

    chance = random.Random(seed)
    stored(anvil)
    rotation.rotate_key(anvil, actor=alice)
    for _kill in range(6):
        with pytest.MonkeyPatch.context() as patched:
            killed_at(chance.randrange(14), patched)
            try:
                tasks.reseal_blobs(anvil.pk)
            except KilledError:
                cache.clear()  # the lock of the dead runs out
        assert all_read(anvil)
        if chance.random() < 0.3:
            rotation.rotate_key(anvil, actor=alice)
    tasks.reseal_blobs(anvil.pk)
    assert all_read(anvil)
    assert not rotation.waiting_in(anvil).exists()
    DataKey.objects.exclude(retired_at=None).update(retired_at=timezone.now() - timedelta(days=2))
    rotation.sweep_retired()
    assert len(files_of(anvil)) == len(CONTENTS), "what the kills left behind is gone"
    assert all_read(anvil)


def test_a_file_that_cannot_be_read_stays_and_holds_up_no_other(anvil: Organization, alice: User) -> None:
    ruined, *_others = stored(anvil)
    path = raw.folder_path(ruined.storage_name)
    assert path is not None
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    rotation.rotate_key(anvil, actor=alice)
    tasks.reseal_blobs(anvil.pk)
    assert list(rotation.waiting_in(anvil)) == [ruined]
    assert path.exists()


def test_a_reader_who_began_under_the_old_key_goes_on(anvil: Organization, alice: User) -> None:
    blob = storage.store_bytes(b"steel" * 200_000, owner=anvil)
    held, begun = Blob.objects.get(pk=blob.pk), storage.open_blob(blob)
    assert begun.read(5) == b"steel"
    rotation.rotate_key(anvil, actor=alice)
    tasks.reseal_blobs(anvil.pk)
    assert begun.read() == b"steel" * 199_999
    assert b"".join(storage.read_range(held, 0, held.size)) == b"steel" * 200_000


def test_a_lost_task_is_sent_again(anvil: Organization, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[Any, ...]] = []
    monkeypatch.setattr(rotation, "send", lambda *args: sent.append(args) or True)
    stored(anvil)
    assert rotation.send_unsealed() == 0
    rotation.rotate_key(anvil, actor=alice)
    assert rotation.send_unsealed() == 1
    assert sent == [("repositories.reseal_blobs", anvil.pk)]


def test_only_owners_keep_keys(anvil: Organization, bob: User) -> None:
    with pytest.raises(PermissionDenied):
        rotation.rotate_key(anvil, actor=bob)
    with pytest.raises(PermissionDenied):
        shredding.destroy_key(anvil, actor=bob, confirmation=anvil.name)


def test_destroyed_is_destroyed(anvil: Organization, borealis: Organization, alice: User) -> None:
    blobs, theirs = stored(anvil), storage.store_bytes(b"iron", owner=borealis)
    rotation.rotate_key(anvil, actor=alice)
    copies = {blob.pk: raw.folder_path(blob.storage_name).read_bytes() for blob in blobs}  # type: ignore[union-attr]
    with pytest.raises(InvalidInputError):
        shredding.destroy_key(anvil, actor=alice, confirmation="anvil")
    assert all_read(anvil)
    assert shredding.destroy_key(anvil, actor=alice, confirmation=anvil.name) == len(CONTENTS)
    for blob in blobs:
        with pytest.raises(LostBlobError):
            storage.open_blob(blob).read() or storage.open_blob(blobs[0]).read()  # the row as it was read before
        with pytest.raises(LostBlobError):
            storage.open_blob(Blob.objects.get(pk=blob.pk)).read()
    tasks.remove_lost(anvil.pk)
    assert files_of(anvil) == []
    first = raw.folder_path(blobs[0].storage_name)
    assert first is not None
    first.parent.mkdir(parents=True, exist_ok=True)
    first.write_bytes(copies[blobs[0].pk])
    with pytest.raises(LostBlobError):
        storage.open_blob(blobs[0]).read()  # nor does a back-up of the file help
    assert storage.open_blob(theirs).read() == b"iron"
    assert AuditEvent.objects.get(verb="keys.destroyed").actor == alice


def test_life_goes_on_under_a_new_key(anvil: Organization, alice: User) -> None:
    lost = storage.store_bytes(b"iron", owner=anvil)
    shredding.destroy_key(anvil, actor=alice, confirmation=anvil.name)
    again = storage.store_bytes(b"iron", owner=anvil)
    assert again != lost
    assert storage.open_blob(again).read() == b"iron"
    tasks.keep_keys()
    assert storage.open_blob(again).read() == b"iron"
    with pytest.raises(LostBlobError):
        storage.open_blob(lost).read()


def test_what_was_stored_as_its_key_was_destroyed_is_lost_and_can_be_stored_again(
    anvil: Organization, alice: User
) -> None:
    key = keyring.key_for(anvil)
    shredding.destroy_key(anvil, actor=alice, confirmation=anvil.name)
    late = Blob.objects.create(sha256="ab" * 32, size=4, owner=anvil, key=key)
    with pytest.raises(LostBlobError):
        storage.open_blob(late).read()
    Blob.objects.filter(pk=late.pk).update(sha256=storage.store_bytes(b"iron").sha256)
    assert storage.open_blob(storage.store_bytes(b"iron", owner=anvil)).read() == b"iron"


def test_plain_files_go_with_the_keys(anvil: Organization, alice: User, settings: Any) -> None:
    settings.ENCRYPT_BLOBS = False
    stored(anvil)
    shredding.destroy_key(anvil, actor=alice, confirmation=anvil.name)
    kept = storage.store_bytes(b"iron", owner=anvil)
    tasks.remove_lost(anvil.pk)
    assert storage.open_blob(kept).read() == b"iron"
    assert len(files_of(anvil)) == 1


def test_an_organization_without_files_has_nothing_to_destroy(anvil: Organization, alice: User) -> None:
    with pytest.raises(DomainError, match="no files"):
        shredding.destroy_key(anvil, actor=alice, confirmation=anvil.name)


LONG = "the master key of this test, long enough "


def test_the_master_key_is_rotated_by_the_environment(anvil: Organization, settings: Any) -> None:
    settings.MASTER_KEY = LONG + "1"
    stored(anvil)
    before = DataKey.objects.get()
    settings.MASTER_KEY, settings.OLD_MASTER_KEYS = LONG + "2", [LONG + "1"]
    assert all_read(anvil)
    call_command("rotate_keys", "--master")
    settings.OLD_MASTER_KEYS = []
    assert all_read(anvil)
    after = DataKey.objects.get()
    assert (after.pk, after.number) == (before.pk, before.number)
    assert bytes(after.wrapped) != bytes(before.wrapped)


def test_the_kept_master_key_is_rotated_and_the_old_one_forgotten(anvil: Organization, settings: Any) -> None:
    stored(anvil)
    kept = Path(settings.MASTER_KEY_FILE)
    old = kept.read_text()
    call_command("rotate_keys", "--master")
    assert all_read(anvil)
    assert len(kept.read_text().split()) == 2
    call_command("rotate_keys", "--forget")
    assert old not in kept.read_text()
    assert all_read(anvil)
    assert kept.stat().st_mode & 0o777 == 0o600


def test_a_kept_key_moves_to_the_environment(anvil: Organization, settings: Any) -> None:
    stored(anvil)
    settings.MASTER_KEY = LONG
    with pytest.raises(CommandError, match="still wrapped"):
        call_command("rotate_keys", "--forget")
    call_command("rotate_keys", "--master")
    call_command("rotate_keys", "--forget")
    assert not Path(settings.MASTER_KEY_FILE).exists()
    assert all_read(anvil)
    with pytest.raises(CommandError, match="No master key is kept"):
        call_command("rotate_keys", "--forget")


def told() -> set[str | None]:
    return {message.id for message in run_checks() if (message.id or "").startswith("keys.")}


def test_a_wrong_master_key_stops_every_start(anvil: Organization, alice: User, settings: Any) -> None:
    settings.MASTER_KEY = LONG
    assert told() == set()
    stored(anvil)
    assert told() == set()
    settings.MASTER_KEY = LONG + "but another"
    assert told() == {"keys.E2"}
    settings.MASTER_KEY = "short"
    assert told() == {"keys.E1", "keys.E2"}
    with pytest.raises(CommandError, match="MASTER_KEY"):
        call_command("check")
    settings.MASTER_KEY = LONG
    shredding.destroy_key(anvil, actor=alice, confirmation=anvil.name)
    settings.MASTER_KEY = LONG + "but another"
    assert told() == set(), "a destroyed key needs no master"


def test_a_spoilt_kept_file_is_noticed(anvil: Organization, settings: Any) -> None:
    stored(anvil)
    Path(settings.MASTER_KEY_FILE).write_text("something else, put there by mistake")
    assert told() == {"keys.E2"}
    assert masters.masters()[0].fingerprint != DataKey.objects.get().master
