"""Settings from the environment: what an operator writes, and what the hub makes of it."""

import stat
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from chainhub.core.env import database_with_options, secret_kept_in, storage_from


def test_a_folder_is_named_by_a_file_address() -> None:
    entry = storage_from("file:///srv/the%20hub/blobs")
    assert entry["BACKEND"].endswith("FileSystemStorage")
    assert entry["OPTIONS"]["location"] == "/srv/the hub/blobs"


def test_s3_is_named_with_its_keys_server_and_bucket() -> None:
    options = storage_from("s3://key:se%2Fcret@s3.example:9000/bucket/prefix?region=eu-1&tls=0")["OPTIONS"]
    assert options["endpoint_url"] == "http://s3.example:9000"
    assert (options["access_key"], options["secret_key"]) == ("key", "se/cret")
    assert (options["bucket_name"], options["location"], options["region_name"]) == ("bucket", "prefix", "eu-1")
    assert options["signature_version"] == "s3v4"


@pytest.mark.parametrize(("address", "says"), [("ftp://host/x", "must begin with"), ("s3://host", "names no bucket")])
def test_an_address_that_makes_no_sense_stops_the_program_with_a_sentence(address: str, says: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=says):
        storage_from(address)


def test_sqlite_takes_its_lock_at_the_beginning_and_postgresql_gets_a_pool() -> None:
    sqlite = database_with_options({"ENGINE": "django.db.backends.sqlite3"}, pool=9)
    assert sqlite["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    postgresql = database_with_options(
        {"ENGINE": "django.db.backends.postgresql", "OPTIONS": {"sslmode": "require"}}, pool=9
    )
    assert postgresql["OPTIONS"]["pool"]["max_size"] == 9
    assert postgresql["OPTIONS"]["sslmode"] == "require"


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "secret_key"
    key = secret_kept_in(path)
    assert len(key) >= 64
    assert secret_kept_in(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["secret_key"]
