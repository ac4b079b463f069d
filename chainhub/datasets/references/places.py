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
from chainhub.datasets.references.addresses import buckets_of, folders_of, split
from chainhub.datasets.references.faults import UnreachableError, broken, closed, not_found, shown
from chainhub.datasets.references.source import Source
from chainhub.organizations.models import Organization


@contextmanager
def opened_in_bucket(address: str, organization: Organization) -> Iterator[Source]:
    """By the credentials that the settings hold for the bucket. Raises `UnreachableError`."""
    parts = split(address)
    url = buckets_of(organization).get(parts.netloc)
    if url is None:
        raise closed(f"s3://{parts.netloc}", organization)
    storage: Any = storages.create_storage(storage_from(url))
    client = storage.connection.meta.client
    try:
        answer = client.get_object(Bucket=storage.bucket_name, Key=parts.path.lstrip("/"))
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
    try:
        # Not to wait where it is a pipe; links are followed here, and where they led is looked at behind the door.
        handle = os.open(address, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise not_found(address) if _is_below(Path(address), roots) else closed(address, organization) from error
    try:
        behind = Path(f"/proc/self/fd/{handle}")
        if not _is_below(behind if behind.exists() else Path(address), roots):
            raise closed(address, organization)
        told = os.fstat(handle)
        if not stat.S_ISREG(told.st_mode):
            raise UnreachableError(gettext_noop("%(address)s is not a file."), address=shown(address))
        yield Source(lambda count: os.read(handle, count), told.st_size, f"{told.st_mtime_ns:x}")
    finally:
        os.close(handle)


def _is_below(path: Path, roots: list[Path]) -> bool:
    real = Path(os.path.realpath(path))  # unlike `resolve`, it bears links that lead round in a circle
    return any(real.is_relative_to(root) and real != root for root in roots)
