"""At rest: each organization's bytes under its own key, the same through every door as if they lay plain."""

import hashlib
import os
import random
import stat
from pathlib import Path
from typing import Any

import pytest

from chainhub.organizations.models import Organization
from chainhub.repositories import copies, keyring, raw, storage
from chainhub.repositories.damage import DamagedBlobError, LostBlobError, MasterKeyError
from chainhub.repositories.models import Blob, DataKey
from chainhub.repositories.sealed import CHUNK_BITS, HEAD, TAG

pytestmark = pytest.mark.django_db

CHUNK = 2**CHUNK_BITS
SECRET = b"melt at 1538 degrees; "
DATA = SECRET * 30_000  # more than two chunks


def stored_path(blob: Blob) -> Path:
    path = raw.folder_path(blob.storage_name)
    assert path is not None
    return path


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_a_stolen_storage_folder_shows_nothing(anvil: Organization, tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_bytes(DATA)
    storage.store_file(tmp_path / "table.csv", owner=anvil)
    storage.store_bytes(DATA + b"!", owner=anvil)
    (tmp_path / "uploaded").write_bytes(DATA + b"?")
    storage.adopt_file(tmp_path / "uploaded", owner=anvil)
    assert Blob.objects.filter(owner=anvil).count() == 3
    assert SECRET not in everything_in(tmp_path / "blobs")
    assert len(everything_in(tmp_path / "blobs")) > 3 * len(DATA), "all three lie there, and nothing else does"


def test_the_bytes_read_as_they_were_given(anvil: Organization, tmp_path: Path) -> None:
    blob = storage.store_bytes(DATA, owner=anvil)
    assert blob.sha256 == hashlib.sha256(DATA).hexdigest()
    assert blob.size == len(DATA)
    assert storage.blob_exists(blob)
    assert b"".join(storage.read_range(blob, 0, blob.size)) == DATA
    for start, end in ((0, 0), (5, 12), (CHUNK - 1, CHUNK + 1), (CHUNK, 2 * CHUNK), (len(DATA) - 3, len(DATA))):
        assert b"".join(storage.read_range(blob, start, end)) == DATA[start:end]
    assert storage.fetch_blob(blob, tmp_path / "copies" / "one").read_bytes() == DATA
    assert storage.store_bytes(b"", owner=anvil).size == 0
    assert storage.open_blob(storage.store_bytes(b"", owner=anvil)).read() == b""


def test_a_file_to_seek_in(anvil: Organization) -> None:
    chance = random.Random(7)
    with storage.open_blob(storage.store_bytes(DATA, owner=anvil)) as file:
        for _turn in range(50):
            at, length = chance.randrange(len(DATA) + 9), chance.choice([1, 100, CHUNK, 2 * CHUNK])
            assert file.seek(at) == at
            assert file.read(length) == DATA[at : at + length]
        assert file.seek(-10, os.SEEK_END) == len(DATA) - 10
        assert file.read() == DATA[-10:]


def test_a_table_is_read_by_its_columns_without_the_rest(anvil: Organization, tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = pa.table({"heat": list(range(1000)), "noise": [os.urandom(2000) for _row in range(1000)]})
    pq.write_table(rows, tmp_path / "table.parquet", compression="none", use_dictionary=False)
    blob = storage.store_file(tmp_path / "table.parquet", owner=anvil)
    path = stored_path(blob)
    ruined = bytearray(path.read_bytes())
    middle = HEAD + (CHUNK + TAG) * 4
    ruined[middle : middle + CHUNK] = os.urandom(CHUNK)  # somewhere in the column that is not asked for
    path.write_bytes(ruined)
    with storage.open_blob(blob) as file:
        assert pq.read_table(file, columns=["heat"]).column("heat").to_pylist() == list(range(1000))
    with storage.open_blob(blob) as file, pytest.raises(DamagedBlobError):
        pq.read_table(file, columns=["noise"])


def test_equal_bytes_are_stored_once_for_each_and_never_looked_for_elsewhere(
    anvil: Organization, borealis: Organization
) -> None:
    ours, again = storage.store_bytes(DATA, owner=anvil), storage.store_bytes(DATA, owner=anvil)
    theirs, nobodys = storage.store_bytes(DATA, owner=borealis), storage.store_bytes(DATA)
    assert ours == again
    assert len({ours.pk, theirs.pk, nobodys.pk}) == 3
    assert len({one.storage_name for one in (ours, theirs, nobodys)}) == 3
    stored_path(ours).unlink()
    assert b"".join(storage.read_range(theirs, 0, 9)) == DATA[:9]
    assert storage.store_bytes(DATA, owner=anvil) == ours
    assert storage.blob_exists(ours), "what was lost is stored again"


def test_another_organizations_file_in_its_place_does_not_open(anvil: Organization, borealis: Organization) -> None:
    ours, theirs = (storage.store_bytes(DATA, owner=one) for one in (anvil, borealis))
    stored_path(ours).write_bytes(stored_path(theirs).read_bytes())
    with pytest.raises(DamagedBlobError):
        next(storage.read_range(ours, 0, 9))


def test_a_path_is_a_private_copy_for_a_while(anvil: Organization) -> None:
    blob = storage.store_bytes(DATA, owner=anvil)
    with storage.local_file(blob) as path:
        assert path.read_bytes() == DATA
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        os.utime(path.parent, (1, 1))
        copies.sweep_copies()
        assert path.exists(), "what is in use is left alone, however old"
    assert not path.parent.exists()


def test_a_copy_left_by_a_crash_is_swept(anvil: Organization, settings: Any) -> None:
    blob = storage.store_bytes(DATA, owner=anvil)
    left = Path(settings.UPLOADS) / "plain" / "of-a-process-that-is-no-more"
    with storage.local_file(blob):
        left.mkdir()
        (left / "file").write_bytes(DATA)
        os.utime(left, (1, 1))
    with storage.local_file(blob):
        assert not left.exists()


def test_hand_over_leaves_the_first_owners_alone(anvil: Organization, borealis: Organization) -> None:
    ours = storage.store_bytes(DATA, owner=anvil)
    theirs = storage.hand_over(ours, borealis)
    assert theirs.owner == borealis
    assert storage.hand_over(theirs, borealis) == theirs
    assert theirs.key != ours.key
    storage.drop_blob(ours)
    assert storage.open_blob(theirs).read() == DATA


def test_switched_off_new_bytes_lie_plain_and_old_ones_still_open(anvil: Organization, settings: Any) -> None:
    sealed = storage.store_bytes(DATA, owner=anvil)
    settings.ENCRYPT_BLOBS = False
    plain = storage.store_bytes(SECRET, owner=anvil)
    assert stored_path(plain).read_bytes() == SECRET
    assert storage.open_blob(sealed).read() == DATA
    assert storage.store_bytes(DATA, owner=anvil) == sealed


def test_the_kept_master_key_is_its_owners_alone(anvil: Organization, settings: Any) -> None:
    storage.store_bytes(SECRET, owner=anvil)
    kept = Path(settings.MASTER_KEY_FILE)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    wrapped = bytes(DataKey.objects.get(organization=anvil).wrapped)
    assert keyring.secret_of(DataKey.objects.get(organization=anvil).pk) not in wrapped


def test_with_another_master_key_nothing_opens_and_one_hears_why(anvil: Organization, settings: Any) -> None:
    blob = storage.store_bytes(DATA, owner=anvil)
    Path(settings.MASTER_KEY_FILE).unlink()
    settings.MASTER_KEY = "quite another key, long enough to pass for one"
    with pytest.raises(MasterKeyError, match="MASTER_KEY"):
        next(storage.read_range(blob, 0, 9))


def test_a_wrapped_key_moved_to_another_organization_opens_nothing(anvil: Organization, borealis: Organization) -> None:
    storage.store_bytes(DATA, owner=anvil)
    theirs = storage.store_bytes(DATA, owner=borealis)
    DataKey.objects.filter(organization=borealis).update(wrapped=DataKey.objects.get(organization=anvil).wrapped)
    with pytest.raises(MasterKeyError):
        next(storage.read_range(theirs, 0, 9))


def test_a_destroyed_key_is_destroyed_at_once_for_everyone(anvil: Organization) -> None:
    blob = storage.store_bytes(DATA, owner=anvil)
    DataKey.objects.update(wrapped=b"")
    with pytest.raises(LostBlobError):
        next(storage.read_range(blob, 0, 9))
