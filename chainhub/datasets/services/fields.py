"""The owner's word on a single field: its role, type, unit, whether it is sensitive, and what it means."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.core.errors import InvalidInputError
from chainhub.datasets import permissions
from chainhub.datasets.models import Dataset
from chainhub.datasets.roles import FieldRole, FieldType
from chainhub.datasets.search import index_dataset
from chainhub.datasets.services.cards import field_names
from chainhub.datasets.services.history import remember

LONGEST_UNIT, LONGEST_ABOUT = 40, 300


@transaction.atomic
def set_field(
    dataset: Dataset,
    name: str,
    *,
    actor: User,
    role: str | None = None,
    type: str | None = None,  # noqa: A002 - the word that people read
    unit: str | None = None,
    sensitive: bool | None = None,
    about: str | None = None,
) -> Dataset:
    """Correct what was detected about one field; None leaves a thing as it is, "" goes back to what was detected.

    Raises `InvalidInputError` for a field that does not exist, an unknown word, or a type that values do not allow.
    """
    if not permissions.may_edit(actor, dataset):
        raise PermissionDenied
    dataset = Dataset.objects.select_for_update(of=("self",)).select_related("organization").get(pk=dataset.pk)
    _check_field(dataset, name)
    for value, choices, at in ((role, FieldRole.values, "role"), (type, FieldType.values, "type")):
        _check_choice(value, choices, at)
    for value, limit, at in ((unit, LONGEST_UNIT, "unit"), (about, LONGEST_ABOUT, "about")):
        _check_length(value, limit, at)
    before = (dataset.target, list(dataset.identifiers), dict(dataset.field_settings))
    said = dict(dataset.field_settings.get(name, {}))
    if role is not None:
        _play(dataset, name, said, role)
    wanted = {"type": type, "unit": unit, "sensitive": sensitive, "about": about}
    said |= {key: value for key, value in wanted.items() if value is not None}
    # "Not sensitive" is kept: it is the owner's answer to what was detected.
    kept = {key: value for key, value in said.items() if value not in ("", None)}
    dataset.field_settings = {**dataset.field_settings, name: kept}
    if not kept:
        del dataset.field_settings[name]
    if before != (dataset.target, dataset.identifiers, dataset.field_settings):
        dataset.save(update_fields=["target", "identifiers", "field_settings"])
        if about is not None:
            index_dataset(dataset)
        text = gettext_noop("Corrected the field “%(field)s” of “%(dataset)s”.")
        remember(dataset, "field_changed", text, actor=actor, field=name)
    return dataset


def _play(dataset: Dataset, name: str, said: dict[str, Any], role: str) -> None:
    """Target and identifiers have columns of their own; every other role is a setting."""
    said.pop("role", None)
    dataset.identifiers = [one for one in dataset.identifiers if one != name]
    if dataset.target == name:
        dataset.target = ""
    if role == FieldRole.TARGET:
        dataset.target = name
    elif role == FieldRole.IDENTIFIER:
        dataset.identifiers = [*dataset.identifiers, name]
    else:
        said["role"] = role


def _check_field(dataset: Dataset, name: str) -> None:
    version = dataset.latest_version
    if version is None or name not in field_names(version.inspection):
        raise InvalidInputError(gettext_noop("There is no field “%(name)s”."), field="name", name=name)


def _check_choice(value: str | None, choices: Sequence[str], at: str) -> None:
    if value and value not in choices:
        raise InvalidInputError(gettext_noop("“%(value)s” is none of the choices."), field=at, value=value[:60])


def _check_length(value: str | None, limit: int, at: str) -> None:
    if value and len(value) > limit:
        raise InvalidInputError(gettext_noop("At most %(limit)s characters fit here."), field=at, limit=limit)
