"""Going back to an earlier version, and advising against one."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.core.errors import DomainError, InvalidInputError
from chainhub.core.queue import send_on_commit
from chainhub.datasets import permissions
from chainhub.datasets.models import Dataset, DatasetVersion, VersionStatus
from chainhub.datasets.services.cards import field_names
from chainhub.datasets.services.changes import changes_between
from chainhub.datasets.services.history import remember
from chainhub.datasets.services.renewing import renew_profiles
from chainhub.repositories.services import commit_files, tag_commit


@transaction.atomic
def restore_version(version: DatasetVersion, *, actor: User, note: str = "") -> DatasetVersion:
    """A new version that names the files of an earlier one; nothing is copied, nothing in between is lost."""
    old, dataset = _locked(version, actor)
    newest = dataset.versions.order_by("-number").first()
    if dataset.withdrawn_at:
        raise DomainError(gettext_noop("The dataset is withdrawn; restore it before adding a version."))
    if newest is None or newest.pk == old.pk:
        raise DomainError(gettext_noop("Version %(number)s is the newest one already."), number=old.number)
    if newest.status == VersionStatus.INSPECTING:
        raise DomainError(gettext_noop("A version is being inspected; wait until that is done."))
    before = dataset.latest_version
    assert old.commit is not None  # noqa: S101 - `_locked` lets only those through that have files
    number = newest.number + 1
    files = {entry.path: entry.blob for entry in old.commit.files.select_related("blob")}
    commit = commit_files(dataset.repository, files, author=actor, title=f"v{number}: v{old.number}")
    tag_commit(commit, f"v{number}")
    report = {name: value for name, value in old.inspection.items() if name != "changes"}
    if before:
        report["changes"] = changes_between(before.inspection, report)
    made = DatasetVersion.objects.create(
        dataset=dataset, number=number, status=VersionStatus.READY, progress=1.0, commit=commit, note=note[:300],
        restored_from=old, rows=old.rows, inspection=report, reference=old.reference, created_by=actor,
        profile=old.profile if old.profile.get("state") == "ready" else {},
    )  # fmt: skip
    _keep_roles(dataset, field_names(report))
    renew_profiles(dataset)
    send_on_commit("datasets.profile_version", made.pk)
    remember(
        dataset,
        "version_restored",
        gettext_noop("Restored version %(old)s of “%(dataset)s” as version %(version)s."),
        actor=actor,
        old=old.number,
        version=number,
    )
    return made


@transaction.atomic
def deprecate_version(version: DatasetVersion, *, actor: User, reason: str) -> DatasetVersion:
    """Advise against a version; it stays usable, and whoever chooses it reads why not to."""
    found, dataset = _locked(version, actor)
    if not reason.strip():
        raise InvalidInputError(gettext_noop("Say why, for those who would use it."), field="reason")
    found.deprecated_at = found.deprecated_at or timezone.now()
    found.deprecated_reason, found.deprecated_by = reason.strip()[:300], actor
    found.save(update_fields=["deprecated_at", "deprecated_reason", "deprecated_by"])
    remember(
        dataset,
        "version_deprecated",
        gettext_noop("Advised against version %(version)s of “%(dataset)s”: %(reason)s"),
        actor=actor,
        version=found.number,
        reason=found.deprecated_reason,
    )
    return found


@transaction.atomic
def undeprecate_version(version: DatasetVersion, *, actor: User) -> DatasetVersion:
    """Take the advice back."""
    found, dataset = _locked(version, actor)
    if found.deprecated_at is None:
        return found
    found.deprecated_at, found.deprecated_reason, found.deprecated_by = None, "", None
    found.save(update_fields=["deprecated_at", "deprecated_reason", "deprecated_by"])
    remember(
        dataset,
        "version_undeprecated",
        gettext_noop("No longer advises against version %(version)s of “%(dataset)s”."),
        actor=actor,
        version=found.number,
    )
    return found


def _locked(version: DatasetVersion, actor: User) -> tuple[DatasetVersion, Dataset]:
    dataset = version.dataset
    if not permissions.may_edit(actor, dataset):
        raise PermissionDenied
    dataset = Dataset.objects.select_for_update(of=("self",)).select_related("organization").get(pk=dataset.pk)
    found = DatasetVersion.objects.select_related("commit").get(pk=version.pk)
    if found.status != VersionStatus.READY or found.commit is None:
        raise DomainError(gettext_noop("Only a version that passed inspection can be used that way."))
    return found, dataset


def _keep_roles(dataset: Dataset, names: set[str]) -> None:
    """A role of a field that the restored version does not have is none."""
    target = dataset.target if dataset.target in names else ""
    identifiers = [name for name in dataset.identifiers if name in names]
    if (target, identifiers) != (dataset.target, dataset.identifiers):
        dataset.target, dataset.identifiers = target, identifiers
        dataset.save(update_fields=["target", "identifiers"])
