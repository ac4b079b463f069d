"""Which addresses may be registered, told from how they are written; where they lead shows when they are read."""

import posixpath
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext_noop

from chainhub.core.errors import InvalidInputError
from chainhub.datasets.references.faults import closed
from chainhub.datasets.references.guard import refuse_private_literal
from chainhub.organizations.models import Organization
from chainhub.repositories.known import checked_sha256

LONGEST = 2000


def described(address: str, *, organization: Organization, sha256: str = "") -> dict[str, Any]:
    """`DatasetVersion.reference` for an address that was not read yet. Raises `InvalidInputError`, `UnreachableError`.

    `sha256` is what the file must have, where the owner knows it.
    """
    address = address.strip()
    if len(address) > LONGEST or any(ord(letter) < 0x20 for letter in address):  # noqa: PLR2004 - control characters
        raise _nonsense()
    kind = _kind(address)
    {"https": _check_https, "s3": _check_bucket, "path": _check_folder}[kind](address, organization)
    return {
        "kind": kind,
        "address": address,
        "sha256": checked_sha256(sha256.strip()),
        "size": None,
        "etag": "",
        "checked_at": None,
        "reachable": None,
    }


def split(address: str) -> SplitResult:
    """The parts of an address with a host. Raises `InvalidInputError`."""
    try:
        parts = urlsplit(address)
        _port = parts.port
    except ValueError as error:
        raise _nonsense() from error
    if not parts.hostname or "@" in parts.netloc:
        raise InvalidInputError(
            gettext_noop("Write the address without user name and password; it is kept as it stands."), field="address"
        )
    return parts


def in_bucket(address: str) -> tuple[str, str]:
    """Bucket and key of `s3://bucket/key`, the key as it stands: what a URL would cut off may be part of it."""
    bucket, _slash, key = address.removeprefix("s3://").partition("/")
    return bucket, key


def is_allowed_host(parts: SplitResult) -> bool:
    """Whether the operator trusts the host: it may be asked without encryption, and in a private network."""
    return bool({parts.hostname, parts.netloc.lower()} & set(settings.REFERENCE_HOSTS_ALLOWED))


def buckets_of(organization: Organization) -> dict[str, str]:
    """Storage addresses, as in STORAGE_URL, by the name of the bucket."""
    return {
        name: entry["url"]
        for name, entry in settings.REFERENCE_BUCKETS.items()
        if organization.slug in entry["organizations"]
    }


def folders_of(organization: Organization) -> list[str]:
    """The folders of this machine below which the organization's files may be referred to."""
    return list(settings.REFERENCE_FOLDERS.get(organization.slug, []))


def _kind(address: str) -> str:
    if address.lower().startswith(("https://", "http://")):
        return "https"
    if address.startswith("s3://"):
        return "s3"
    if address.startswith("/"):
        return "path"
    raise _nonsense()


def _check_https(address: str, _organization: Organization) -> None:
    parts = split(address)
    if is_allowed_host(parts):
        return
    if parts.scheme.lower() != "https":
        raise InvalidInputError(
            gettext_noop("The address must begin with https://, so that nobody can exchange the file on its way."),
            field="address",
        )
    refuse_private_literal(parts.hostname or "")


def _check_bucket(address: str, organization: Organization) -> None:
    bucket, key = in_bucket(address)
    if bucket not in buckets_of(organization):
        raise closed(f"s3://{bucket}", organization)
    if not key.strip("/"):
        raise _nonsense()


def _check_folder(address: str, organization: Organization) -> None:
    plain = posixpath.normpath(address)
    if not any(plain.startswith(folder.rstrip("/") + "/") for folder in folders_of(organization)):
        raise closed(address, organization)


def _nonsense() -> InvalidInputError:
    return InvalidInputError(
        gettext_noop("Write an address that begins with https:// or s3://, or a path that begins with /."),
        field="address",
    )
