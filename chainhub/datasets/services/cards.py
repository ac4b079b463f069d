"""What a dataset says about itself, which field plays which part, and who sees it."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.core.errors import InvalidInputError
from chainhub.core.sentences import sentence
from chainhub.datasets import permissions
from chainhub.datasets.models import Dataset, Visibility
from chainhub.datasets.search import index_dataset
from chainhub.datasets.services.history import remember
from chainhub.datasets.services.renewing import renew_profiles

CARD_FIELDS = ("name", "summary", "card", "licence", "source", "source_url", "summary_zh", "card_zh")


def _locked(dataset: Dataset, actor: User) -> Dataset:
    if not permissions.may_edit(actor, dataset):
        raise PermissionDenied
    return Dataset.objects.select_for_update(of=("self",)).select_related("organization").get(pk=dataset.pk)


@transaction.atomic
def update_card(dataset: Dataset, *, actor: User, **changes: str) -> Dataset:
    """Change any of `CARD_FIELDS`; what is not named stays."""
    dataset = _locked(dataset, actor)
    changed = [name for name in CARD_FIELDS if name in changes and getattr(dataset, name) != changes[name]]
    if unknown := set(changes) - set(CARD_FIELDS):
        raise TypeError(f"Not on the card: {sorted(unknown)}")
    if "name" in changed and not changes["name"].strip():
        raise InvalidInputError(gettext_noop("A dataset needs a name."), field="name")
    for name in changed:
        setattr(dataset, name, changes[name])
    if changed:
        dataset.save(update_fields=changed)
        index_dataset(dataset)
        remember(dataset, "card_changed", gettext_noop("Changed the card of “%(dataset)s”."), actor=actor)
    return dataset


@transaction.atomic
def set_roles(dataset: Dataset, *, actor: User, target: str, identifiers: Sequence[str] = ()) -> Dataset:
    """Say which field is usually predicted and which only name the rows. Raises `InvalidInputError`."""
    dataset = _locked(dataset, actor)
    version = dataset.latest_version
    known = field_names(version.inspection) if version else set()
    for name in [*identifiers, *([target] if target else [])]:
        if version and name not in known:
            raise InvalidInputError(gettext_noop("There is no field “%(name)s”."), field="target", name=name)
    if target and target in identifiers:
        raise InvalidInputError(
            gettext_noop("“%(name)s” cannot be both the target and an identifier."), field="identifiers", name=target
        )
    if (dataset.target, dataset.identifiers) != (target, list(identifiers)):
        dataset.target, dataset.identifiers = target, list(identifiers)
        dataset.save(update_fields=["target", "identifiers"])
        renew_profiles(dataset)
        remember(
            dataset,
            "roles_changed",
            gettext_noop("Set the target of “%(dataset)s” to “%(target)s”."),
            actor=actor,
            target=target,
        )
    return dataset


@transaction.atomic
def change_visibility(dataset: Dataset, *, actor: User, visibility: str) -> Dataset:
    """Decide who finds the dataset and sees its card and fields."""
    dataset = _locked(dataset, actor)
    chosen = Visibility(visibility)
    if dataset.visibility != chosen:
        dataset.visibility = chosen
        dataset.save(update_fields=["visibility"])
        remember(
            dataset,
            "visibility_changed",
            gettext_noop("“%(dataset)s” is now seen by: %(audience)s."),
            actor=actor,
            audience=sentence(AUDIENCES[chosen]),
        )
    return dataset


AUDIENCES: dict[str, str] = {
    Visibility.PRIVATE: gettext_noop("its own organization only"),
    Visibility.GRANTED: gettext_noop("participants of collaborations that may train on it"),
    Visibility.HUB: gettext_noop("everyone on this hub"),
}


def field_names(inspection: dict[str, Any]) -> set[str]:
    """The fields that inspection found."""
    return {field["name"] for field in inspection.get("fields", [])}
