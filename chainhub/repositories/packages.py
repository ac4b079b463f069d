"""Several uploads as one file: gathered when they are registered, packed in the background before they are read.

The package is an upload of its own whose parts are the others. Its file is a ZIP that holds them as they are, without
times, so that the same files make the same package.
"""

import zipfile
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.core.errors import InvalidInputError
from chainhub.organizations.models import Organization
from chainhub.repositories.models import Blob, Upload
from chainhub.repositories.paths import check_tree
from chainhub.repositories.storage import drop_blob, read_range, store_file
from chainhub.repositories.uploads import take_upload

MOST_PARTS = 1000
NAME = "files.zip"

Tell = Callable[[float], None]


@transaction.atomic
def take_uploads(uploads: Sequence[Upload], *, actor: User) -> Upload:
    """Use finished uploads, each once: the only one itself, or the package of several. Raises `InvalidInputError`."""
    if not 0 < len(uploads) <= MOST_PARTS:
        raise InvalidInputError(
            gettext_noop("A version is made of 1 to %(most)s files; pack more of them into a ZIP or tar first."),
            field="upload",
            most=MOST_PARTS,
        )
    if len(uploads) == 1:
        return take_upload(uploads[0], actor=actor)
    parts = [take_upload(one, actor=actor) for one in sorted(uploads, key=lambda one: str(one.pk))]
    _check_paths([_path(one) for one in parts])
    size = sum(one.size for one in parts)
    package = Upload.objects.create(
        user=actor,
        organization=parts[0].organization,
        filename=NAME,
        content_type="application/zip",
        size=size,
        offset=size,
        expires_at=timezone.now() + timedelta(days=settings.UPLOAD_DAYS),
        used_at=timezone.now(),
    )
    for one in parts:
        one.package, one.path = package, _path(one)
        one.save(update_fields=["package", "path"])
    return package


def pack_upload(package: Upload, work: Path, tell: Tell, *, owner: Organization) -> None:
    """Write the package's file, if that was not done, and forget its parts. May be called again after a crash."""
    parts = list(package.parts.select_related("blob").order_by("path"))
    if package.blob_id is None:
        place = work / NAME
        _write(place, parts, tell)
        package.blob = store_file(place, move=True, owner=owner)
        package.size = package.offset = package.blob.size
        package.organization = owner
        package.save(update_fields=["blob", "size", "offset", "organization"])
    for one in parts:
        one.delete()
        if one.blob:
            drop_blob(one.blob)


def charge_to(organization: Organization, taken: Upload) -> Upload:
    """Let a taken upload, with its parts, count among the organization's from now on."""
    Upload.objects.filter(Q(pk=taken.pk) | Q(package=taken)).update(organization=organization)
    taken.organization = organization
    return taken


@transaction.atomic
def forget_taken(taken: Sequence[UUID]) -> None:
    """Delete uploads of which nothing came, with their parts; once that is sure, also the bytes that nothing names."""
    doomed = Upload.objects.filter(Q(pk__in=taken) | Q(package__in=taken))
    blobs = list(Blob.objects.filter(pk__in=doomed.values("blob")))
    doomed.delete()
    for blob in blobs:
        transaction.on_commit(partial(drop_blob, blob), robust=True)


def _write(place: Path, parts: Sequence[Upload], tell: Tell) -> None:
    done, total = 0, max(1, sum(one.size for one in parts))
    with zipfile.ZipFile(place, "w", zipfile.ZIP_STORED) as archive:
        for one in parts:
            assert one.blob is not None  # noqa: S101 - only finished uploads are taken
            # Its time is the ZIP's oldest, whenever it was packed.
            with archive.open(zipfile.ZipInfo(one.path), "w", force_zip64=True) as target:
                for piece in read_range(one.blob, 0, one.blob.size):
                    target.write(piece)
                    done += len(piece)
                    tell(done / total)


def _path(upload: Upload) -> str:
    return upload.path or upload.filename


def _check_paths(paths: Sequence[str]) -> None:
    twice = next((path for number, path in enumerate(paths) if path in paths[:number]), None)
    if twice:
        raise InvalidInputError(
            gettext_noop("Two of the files are called “%(path)s”; remove one or rename it."), field="upload", path=twice
        )
    check_tree(paths)
