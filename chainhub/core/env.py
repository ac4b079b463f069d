"""Settings from the environment, read loudly: a value that makes no sense stops the program with a sentence."""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def storage_from(url: str) -> dict[str, Any]:
    """Django's storage entry for `file:///folder` or `s3://key:secret@host:port/bucket?region=…&tls=0`.

    Raises ImproperlyConfigured for any other scheme or a missing bucket.
    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        location = Path(unquote(parts.path))
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(location)}}
    if parts.scheme == "s3":
        return _s3_storage(url)
    raise ImproperlyConfigured(f"STORAGE_URL must begin with file:// or s3://, not {parts.scheme!r}.")


def _s3_storage(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    bucket, _, prefix = parts.path.strip("/").partition("/")
    if not bucket:
        raise ImproperlyConfigured("STORAGE_URL names no bucket: s3://key:secret@host/bucket.")
    scheme = "http" if options.get("tls") == "0" else "https"
    address = f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "access_key": unquote(parts.username or "") or None,
            "secret_key": unquote(parts.password or "") or None,
            "bucket_name": bucket,
            "location": prefix,
            "endpoint_url": f"{scheme}://{address}" if address else None,
            "region_name": options.get("region", "us-east-1"),
            # django-storages' default presign fails on servers that verify; self-hosted servers want path style.
            "signature_version": "s3v4",
            "addressing_style": options.get("style", "path"),
            "default_acl": None,
            "file_overwrite": True,
            "querystring_auth": True,
        },
    }


def database_with_options(database: dict[str, Any], *, pool: int) -> dict[str, Any]:
    """Django's database entry with what its engine needs under load; `pool` is the most connections of a process."""
    if database["ENGINE"].endswith("sqlite3"):
        options: dict[str, Any] = {
            # IMMEDIATE: a transaction that will write takes the lock when it begins, instead of failing half-way.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA cache_size=-16000;",
        }
    else:
        options = {**database.get("OPTIONS", {}), "pool": {"min_size": 1, "max_size": pool, "timeout": 20}}
    return {**database, "OPTIONS": options}


def secret_kept_in(path: Path) -> str:
    """A random key, made once and kept in a file that only its owner may read."""
    if not path.exists():
        # Written aside and linked: a process that starts at the same moment reads a whole key, and the same one.
        draft = path.with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(64))
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text()
