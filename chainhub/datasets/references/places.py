"""A file in a bucket or a folder that the operator has opened to the organization."""

import os
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.core.files.storage import storages
from django.utils.translation import gettext_noop

from chainhub.core.env import storage_from
from chainhub.datasets.references.addresses import buckets_of, folders_of, in_bucket
from chainhub.datasets.references.faults import UnreachableError, broken, closed, not_found, shown
from chainhub.datasets.references.source import Source
from chainhub.organizations.models import Organization


@contextmanager
def opened_in_bucket(address: str, organization: Organization) -> Iterator[Source]:
    """By the credentials that the settings hold for the bucket. Raises `UnreachableError`."""
    bucket, key = in_bucket(address)
    url = buckets_of(organization).get(bucket)
    if url is None:
        raise closed(f"s3://{bucket}", organization)
    storage: Any = storages.create_storage(storage_from(url))
    client = storage.connection.meta.client
    try:
        answer = client.get_object(Bucket=storage.bucket_name, Key=key)
    except client.exceptions.ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        raise not_found(address) if status == 404 else broken(address) from error  # noqa: PLR2004 - a status
    except Exception as error:  # what else S3's client raises has no root of its own
        raise broken(address) from error
    with closing(answer["Body"]) as body:
        yield Source(body.read, answer["ContentLength"], answer["ETag"].strip('"'))


@contextmanager
def opened_in_folder(address: str, organization: Organization) -> Iterator[Source]:
    """Raises `UnreachableError`, also for a link that leads out of the folders."""
    roots = [Path(folder).resolve() for folder in folders_of(organization)]
    # Before anything is opened: to open a device or a pipe may already do something.
    real = _real(address)
    if not _is_below(real, roots):
        raise closed(address, organization)
    try:
        _check_is_file(real.stat(), address)
        handle = os.open(real, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError as error:
        raise not_found(address) from error
    try:
        # And again behind the door: somebody may have put a link or a pipe there in between.
        behind = Path(f"/proc/self/fd/{handle}")
        if not _is_below(_real(behind) if behind.exists() else _real(real), roots):
            raise closed(address, organization)
        told = os.fstat(handle)
        _check_is_file(told, address)
        yield Source(lambda count: os.read(handle, count), told.st_size, f"{told.st_mtime_ns:x}")
    finally:
        os.close(handle)


def _real(path: str | Path) -> Path:
    return Path(os.path.realpath(path))  # unlike `resolve`, it bears links that lead round in a circle


def _is_below(real: Path, roots: list[Path]) -> bool:
    return any(real.is_relative_to(root) and real != root for root in roots)


def _check_is_file(told: os.stat_result, address: str) -> None:
    if not stat.S_ISREG(told.st_mode):
        raise UnreachableError(gettext_noop("%(address)s is not a file."), address=shown(address))
