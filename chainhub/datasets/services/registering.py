"""Registering data: a finished upload becomes a dataset, or the next version of one."""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict, Unpack

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.core.errors import DomainError, InvalidInputError
from chainhub.core.queue import send_on_commit
from chainhub.core.slugs import free_slug
from chainhub.datasets import permissions
from chainhub.datasets.models import Dataset, DatasetVersion, Kind, VersionStatus, Visibility
from chainhub.datasets.search import index_dataset
from chainhub.datasets.services.history import remember
from chainhub.organizations.models import Organization
from chainhub.repositories.models import Repository, Upload
from chainhub.repositories.packages import charge_to, forget_taken, take_uploads
from chainhub.repositories.quotas import check_room
from chainhub.repositories.services import create_repository


class CardTexts(TypedDict, total=False):
    """What may be said about a dataset from the start."""

    summary: str
    licence: str
    source: str
    source_url: str
    card: str
    summary_zh: str
    card_zh: str


@transaction.atomic
def register_dataset(
    *,
    actor: User,
    organization: Organization,
    name: str,
    upload: Upload | Sequence[Upload] = (),
    reference: Mapping[str, Any] | None = None,
    kind: str = "",
    visibility: str = Visibility.PRIVATE,
    target: str = "",
    identifiers: Sequence[str] = (),
    **card: Unpack[CardTexts],
) -> Dataset:
    """A dataset whose first version is on its way to be inspected. An empty `kind` is told from the file.

    Several uploads become one package, each at its path. With a `reference` (see `references.described`) instead of
    uploads, the bytes stay where they are.
    """
    if not permissions.may_register(actor, organization):
        raise PermissionDenied
    if not name.strip():
        raise InvalidInputError(gettext_noop("A dataset needs a name."), field="name")
    # The lock on the owner keeps two datasets from taking one address.
    Organization.objects.select_for_update().get(pk=organization.pk)
    dataset = Dataset.objects.create(
        organization=organization,
        name=name.strip(),
        slug=free_slug(name, Dataset.objects.filter(organization=organization), fallback="dataset"),
        kind=Kind(kind) if kind else "",
        visibility=Visibility(visibility),
        target=target,
        identifiers=list(identifiers),
        **card,
        repository=create_repository(Repository.Kind.DATASET),
        created_by=actor,
    )
    index_dataset(dataset)
    _begin_version(dataset, actor=actor, upload=upload, reference=reference, note="")
    remember(dataset, "registered", gettext_noop("Registered the dataset “%(dataset)s”."), actor=actor)
    return dataset


@transaction.atomic
def add_version(
    dataset: Dataset,
    *,
    actor: User,
    upload: Upload | Sequence[Upload] = (),
    reference: Mapping[str, Any] | None = None,
    note: str = "",
) -> DatasetVersion:
    """The next version, on its way to be inspected; the ones before stay as they are."""
    if not permissions.may_edit(actor, dataset):
        raise PermissionDenied
    dataset = Dataset.objects.select_for_update().get(pk=dataset.pk)
    if dataset.withdrawn_at:
        raise DomainError(gettext_noop("The dataset is withdrawn; restore it before adding a version."))
    version = _begin_version(dataset, actor=actor, upload=upload, reference=reference, note=note)
    remember(
        dataset,
        "version_added",
        gettext_noop("Uploaded version %(version)s of “%(dataset)s”."),
        actor=actor,
        version=version.number,
    )
    return version


@transaction.atomic
def discard_dataset(dataset: Dataset, *, actor: User) -> None:
    """Remove a dataset that never had a usable version, with the files that were refused."""
    if not permissions.may_edit(actor, dataset):
        raise PermissionDenied
    dataset = Dataset.objects.select_for_update().get(pk=dataset.pk)
    if dataset.repository.commits.exists() or dataset.grants.exists():
        raise DomainError(gettext_noop("The dataset has versions that others may rely on; withdraw it instead."))
    remember(dataset, "discarded", gettext_noop("Discarded “%(dataset)s”, which was never usable."), actor=actor)
    repository = dataset.repository
    taken = list(dataset.versions.exclude(upload=None).values_list("upload", flat=True))
    dataset.versions.all().delete()
    dataset.delete()
    repository.delete()
    forget_taken(taken)


def _begin_version(
    dataset: Dataset,
    *,
    actor: User,
    upload: Upload | Sequence[Upload],
    reference: Mapping[str, Any] | None,
    note: str,
) -> DatasetVersion:
    taken = None if reference else _take(dataset, upload, actor)
    last = dataset.versions.order_by("-number").first()
    version = DatasetVersion.objects.create(
        dataset=dataset,
        number=last.number + 1 if last else 1,
        status=VersionStatus.INSPECTING,
        upload=taken,
        reference=dict(reference) if reference else None,
        note=note,
        created_by=actor,
    )
    send_on_commit("datasets.inspect_version", version.pk)
    return version


def _take(dataset: Dataset, upload: Upload | Sequence[Upload], actor: User) -> Upload:
    """The file of a version; for what was uploaded for nobody or another there must be room, and it counts here."""
    parts = [upload] if isinstance(upload, Upload) else list(upload)
    taken = take_uploads(parts, actor=actor)
    elsewhere = sum(one.size for one in parts if one.organization_id != dataset.organization_id)
    if elsewhere:
        check_room(dataset.organization, elsewhere)
    return charge_to(dataset.organization, taken)
