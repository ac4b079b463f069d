"""Bytes that need not travel, because they are here already: told only to those who may read them anyway."""

import re

from django.db.models import Q
from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.core.errors import InvalidInputError
from chainhub.organizations.models import Organization
from chainhub.organizations.permissions import has_role
from chainhub.repositories.models import Blob, CommitFile, Upload
from chainhub.repositories.storage import blob_exists

SHA256 = re.compile(r"[0-9a-f]{64}")


def checked_sha256(announced: str) -> str:
    """The announced hash in lower case, or nothing. Raises `InvalidInputError` for what is no SHA-256."""
    announced = announced.lower()
    if announced and not SHA256.fullmatch(announced):
        raise InvalidInputError(gettext_noop("The announced SHA-256 must be 64 hexadecimal digits."), field="sha256")
    return announced


def known_blob(sha256: str, size: int, *, actor: User, organization: Organization | None) -> Blob | None:
    """The organization's own blob of these bytes, where the person may read it.

    That is a file of one of the organization's datasets, which all its people may read, or what the person uploaded
    for it. Whoever asks for anything else learns nothing: not even that it was looked for.
    """
    if not sha256 or organization is None or not has_role(actor, organization):
        return None
    files = CommitFile.objects.filter(commit__repository__dataset__organization=organization, blob__sha256=sha256)
    own = Upload.objects.filter(user=actor, organization=organization, blob__sha256=sha256)
    readable = Q(pk__in=files.values("blob")) | Q(pk__in=own.values("blob"))
    found = Blob.objects.filter(readable, sha256=sha256, size=size, owner=organization, lost=False).first()
    return found if found and blob_exists(found) else None
