"""Handing out files is written down."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.datasets import permissions
from chainhub.datasets.models import DatasetVersion
from chainhub.datasets.reads import reading_for
from chainhub.datasets.services.history import remember


def record_download(version: DatasetVersion, *, actor: User, path: str) -> None:
    """Who took which file. Raises `PermissionDenied` where the person may not have the file."""
    if not permissions.may_take_files(actor, version.dataset):
        raise PermissionDenied
    remember(
        version.dataset,
        "file_downloaded",
        gettext_noop("Downloaded “%(path)s” of version %(version)s of “%(dataset)s”."),
        actor=actor,
        reader=reading_for(actor, version.dataset),
        path=path,
        version=version.number,
    )
