"""Withdrawing a dataset from all use, and undoing that."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.activity.services import notify
from chainhub.collaborations.models import Collaboration, Participant
from chainhub.core.errors import DomainError
from chainhub.core.sentences import sentence
from chainhub.datasets import permissions, signals
from chainhub.datasets.models import Dataset
from chainhub.datasets.services.history import remember
from chainhub.organizations.models import Organization
from chainhub.repositories.models import CommitFile

KEYS_DESTROYED = gettext_noop("Its organization destroyed the keys of its files; nobody can read them any more.")

WITHDREW = gettext_noop("%(organization)s withdrew “%(dataset)s”; no new job may use it.")
WITHDREW_BECAUSE = gettext_noop("%(organization)s withdrew “%(dataset)s”; no new job may use it. Reason: %(reason)s")


@dataclass(frozen=True)
class Effects:
    """Who loses what; the jobs and models that used the data are known on the floors above."""

    collaborations: list[Collaboration]
    versions: int


def what_withdrawal_affects(dataset: Dataset) -> Effects:
    """What the owner should know before withdrawing."""
    granted = Collaboration.objects.filter(pk__in=dataset.grants.active().values("collaboration")).order_by("name")
    return Effects(collaborations=list(granted), versions=dataset.versions.ready().count())


@transaction.atomic
def withdraw_dataset(dataset: Dataset, *, actor: User, reason: str = "") -> Dataset:
    """From now on no job may use it and partners no longer find it. Grants are kept for an undo."""
    dataset = _locked(dataset, actor)
    if dataset.withdrawn_at is None:
        _withdraw([dataset], actor=actor, reason=reason)
    return dataset


@transaction.atomic
def withdraw_lost_datasets(organization: Organization, *, actor: User) -> list[Dataset]:
    """The organization destroyed its keys: none of its datasets can be used again."""
    standing = Dataset.objects.filter(organization=organization, withdrawn_at=None).order_by("pk")
    datasets = [dataset for one in standing if (dataset := _locked(one, actor)).withdrawn_at is None]
    _withdraw(datasets, actor=actor, reason=KEYS_DESTROYED)
    return datasets


def _withdraw(datasets: list[Dataset], *, actor: User, reason: str) -> None:
    """Everything is locked and changed before the first word goes into the audit log (see `datasets.signals`)."""
    for dataset in datasets:
        dataset.withdrawn_at, dataset.withdrawn_reason = timezone.now(), reason[:300]
        dataset.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    if datasets:
        signals.datasets_withdrawn.send(sender=Dataset, datasets=datasets, actor=actor)
    told: dict[str, Any] = {"reason": sentence(reason) if reason == KEYS_DESTROYED else reason} if reason else {}
    for dataset in datasets:
        affected = what_withdrawal_affects(dataset).collaborations
        _tell_partners(dataset, told.get("reason", ""))
        remember(
            dataset,
            "withdrawn",
            gettext_noop("Withdrew “%(dataset)s”: %(reason)s") if reason else gettext_noop("Withdrew “%(dataset)s”."),
            actor=actor,
            collaborations=affected,
            **told,
        )


@transaction.atomic
def restore_dataset(dataset: Dataset, *, actor: User) -> Dataset:
    """Undo a withdrawal: the grants that stand are good again."""
    dataset = _locked(dataset, actor)
    if dataset.withdrawn_at is None:
        return dataset
    if CommitFile.objects.filter(commit__repository=dataset.repository_id, blob__lost=True).exists():
        raise DomainError(
            gettext_noop("The keys of its files were destroyed, so it stays withdrawn; register the data anew.")
        )
    dataset.withdrawn_at, dataset.withdrawn_reason = None, ""
    dataset.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    signals.dataset_restored.send(sender=Dataset, dataset=dataset, actor=actor)
    affected = what_withdrawal_affects(dataset).collaborations
    remember(
        dataset, "restored", gettext_noop("Restored “%(dataset)s”."), actor=actor, collaborations=affected
    )  # fmt: skip
    return dataset


def _locked(dataset: Dataset, actor: User) -> Dataset:
    if not permissions.may_withdraw(actor, dataset):
        raise PermissionDenied
    return Dataset.objects.select_for_update(of=("self",)).select_related("organization").get(pk=dataset.pk)


def _tell_partners(dataset: Dataset, reason: Any) -> None:
    """Those to whom it was given, each once; the dataset's page is theirs no longer, so they are led where it was."""
    told: set[int] = set()
    names = {"organization": dataset.organization.name, "dataset": dataset.name}
    said = sentence(WITHDREW_BECAUSE, reason=reason, **names) if reason else sentence(WITHDREW, **names)
    for grant in dataset.grants.active().select_related("collaboration").order_by("pk"):
        partners = Participant.objects.accepted().filter(collaboration=grant.collaboration)
        if grant.organization_id:
            partners = partners.filter(organization=grant.organization_id)
        given = partners.exclude(organization=dataset.organization).values("organization")
        people = list(User.objects.filter(memberships__organization__in=given).exclude(pk__in=told).distinct())
        told |= {person.pk for person in people}
        notify(people, "dataset.withdrawn", said, url=grant.collaboration.get_absolute_url())
