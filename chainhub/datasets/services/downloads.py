"""Showing rows and handing out files is written down."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.activity.models import AuditEvent
from chainhub.datasets import permissions
from chainhub.datasets.models import DatasetVersion
from chainhub.datasets.reads import reading_for
from chainhub.datasets.services.history import remember

ONCE_IN = timedelta(hours=1)


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


def record_export(version: DatasetVersion, *, actor: User) -> None:
    """Who took rows along as CSV. Raises `PermissionDenied` where the person may not."""
    if not permissions.may_download(actor, version.dataset):
        raise PermissionDenied
    remember(
        version.dataset,
        "rows_downloaded",
        gettext_noop("Exported rows of version %(version)s of “%(dataset)s”."),
        actor=actor,
        reader=reading_for(actor, version.dataset),
        version=version.number,
    )


def record_view(version: DatasetVersion, *, actor: User) -> bool:
    """Who looked at rows: once for each person, version and hour; whether it was written down now."""
    if not permissions.may_see_rows(actor, version.dataset):
        raise PermissionDenied
    recent = AuditEvent.objects.filter(
        actor=actor,
        verb="dataset.rows_viewed",
        at__gt=timezone.now() - ONCE_IN,
        sentence__params__version=version.number,
    )
    if recent.on_topics([version.dataset.topic]).exists():
        return False
    remember(
        version.dataset,
        "rows_viewed",
        gettext_noop("Looked at rows of version %(version)s of “%(dataset)s”."),
        actor=actor,
        reader=reading_for(actor, version.dataset),
        version=version.number,
    )
    return True
