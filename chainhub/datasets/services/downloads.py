"""Showing rows and handing out files is written down."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.activity.models import AuditEvent, AuditEventQuerySet
from chainhub.datasets import permissions
from chainhub.datasets.models import DatasetVersion
from chainhub.datasets.reads import reading_for
from chainhub.datasets.services.history import remember

ONCE_IN = timedelta(hours=1)
DOWNLOAD_LASTS = timedelta(days=1)


def record_download(version: DatasetVersion, *, actor: User, path: str, begins: bool = True) -> None:
    """Who took which file. Raises `PermissionDenied` where the person may not have the file.

    A later part (not `begins`) belongs to the download that was written down within the last day, and where there is
    none it is one itself: nobody takes all but the first byte unseen.
    """
    if not permissions.may_take_files(actor, version.dataset):
        raise PermissionDenied
    said = {"sentence__params__version": version.number, "sentence__params__path": path}
    if not begins and _recent(version, actor, "dataset.file_downloaded", DOWNLOAD_LASTS).filter(**said).exists():
        return
    remember(
        version.dataset,
        "file_downloaded",
        gettext_noop("Downloaded “%(path)s” of version %(version)s of “%(dataset)s”."),
        actor=actor,
        reader=reading_for(actor, version.dataset, allows_download=True),
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
        reader=reading_for(actor, version.dataset, allows_download=True),
        version=version.number,
    )


def record_view(version: DatasetVersion, *, actor: User) -> bool:
    """Who looked at rows: once for each person, version and hour; whether it was written down now."""
    if not permissions.may_see_rows(actor, version.dataset):
        raise PermissionDenied
    recent = _recent(version, actor, "dataset.rows_viewed", ONCE_IN)
    if recent.filter(sentence__params__version=version.number).exists():
        return False
    remember(
        version.dataset,
        "rows_viewed",
        gettext_noop("Looked at rows of version %(version)s of “%(dataset)s”."),
        actor=actor,
        reader=reading_for(actor, version.dataset, allows_rows=True),
        version=version.number,
    )
    return True


def _recent(version: DatasetVersion, actor: User, verb: str, within: timedelta) -> AuditEventQuerySet:
    events = AuditEvent.objects.filter(actor=actor, verb=verb, at__gt=timezone.now() - within)
    return events.on_topics([version.dataset.topic])
