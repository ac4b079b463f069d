"""The owner's word on a single field: its role, type, unit, whether it is sensitive, and what it means."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.core.errors import DomainError, InvalidInputError
from chainhub.datasets import permissions
from chainhub.datasets.canonical import TRAINING_FILE
from chainhub.datasets.inspection.kinds import COLUMNAR
from chainhub.datasets.models import Dataset, DatasetVersion
from chainhub.datasets.recasting import first_misfit
from chainhub.datasets.roles import FieldRole, FieldType
from chainhub.datasets.search import index_dataset
from chainhub.datasets.services.cards import field_names
from chainhub.datasets.services.history import remember
from chainhub.datasets.services.renewing import renew_profiles
from chainhub.repositories.models import CommitFile
from chainhub.repositories.storage import open_blob

LONGEST_UNIT, LONGEST_ABOUT = 40, 300


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
    version = _checked_version(dataset, name)
    for value, choices, at in ((role, FieldRole.values, "role"), (type, FieldType.values, "type")):
        _check_choice(value, choices, at)
    for value, limit, at in ((unit, LONGEST_UNIT, "unit"), (about, LONGEST_ABOUT, "about")):
        _check_length(value, limit, at)
    if type:
        # A whole column is decrypted and read: before the transaction, which in SQLite keeps all others from writing.
        _check_values(version, name, type)
    wanted = {"role": role, "type": type, "unit": unit, "sensitive": sensitive, "about": about}
    said = {key: value for key, value in wanted.items() if value is not None}
    return _change(dataset, name, said, actor=actor, checked=version)


@transaction.atomic
def _change(
    dataset: Dataset, name: str, said: dict[str, Any], *, actor: User, checked: DatasetVersion
) -> Dataset:  # fmt: skip
    """Write down what was checked against a version, unless there is a newer one by now."""
    dataset = Dataset.objects.select_for_update(of=("self",)).select_related("organization").get(pk=dataset.pk)
    version = _checked_version(dataset, name)
    if said.get("type") and version.pk != checked.pk:
        raise DomainError(gettext_noop("A new version came in meanwhile; look at it and try again."))
    before = (dataset.target, list(dataset.identifiers), dict(dataset.field_settings))
    _settle(dataset, name, dict(said))
    if before != (dataset.target, dataset.identifiers, dataset.field_settings):
        dataset.save(update_fields=["target", "identifiers", "field_settings"])
        renew_profiles(dataset)
        if "about" in said:
            index_dataset(dataset)
        text = gettext_noop("Corrected the field “%(field)s” of “%(dataset)s”.")
        remember(dataset, "field_changed", text, actor=actor, field=name)
    return dataset


def _settle(dataset: Dataset, name: str, wanted: dict[str, Any]) -> None:
    said = dict(dataset.field_settings.get(name, {}))
    if "role" in wanted:
        _play(dataset, name, said, wanted.pop("role"))
    said |= wanted
    # "Not sensitive" is kept: it is the owner's answer to what was detected.
    kept = {key: value for key, value in said.items() if value not in ("", None)}
    dataset.field_settings = {**dataset.field_settings, name: kept}
    if not kept:
        del dataset.field_settings[name]


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


def _checked_version(dataset: Dataset, name: str) -> DatasetVersion:
    version = dataset.latest_version
    if version is None or name not in field_names(version.inspection):
        raise InvalidInputError(gettext_noop("There is no field “%(name)s”."), field="name", name=name)
    return version


def _check_values(version: DatasetVersion, name: str, wanted: str) -> None:
    """Raises `InvalidInputError` with the first row whose value cannot be read as the wanted type."""
    report = version.inspection
    if wanted == next(field["type"] for field in report["fields"] if field["name"] == name):
        return
    entry = CommitFile.objects.select_related("blob").filter(commit=version.commit_id, path=TRAINING_FILE).first()
    if entry is None or version.dataset.kind not in COLUMNAR:
        raise InvalidInputError(gettext_noop("The type of “%(name)s” cannot be changed."), field="type", name=name)
    with open_blob(entry.blob) as source:
        misfit = first_misfit(source, name, wanted)
    if misfit:
        place, value = misfit
        raise InvalidInputError(
            gettext_noop("“%(name)s” cannot be read so: row %(row)s holds “%(value)s”."),
            field="type",
            name=name,
            row=place + 1 + bool(report.get("header")),
            value=value[:60],
        )


def _check_choice(value: str | None, choices: Sequence[str], at: str) -> None:
    if value and value not in choices:
        raise InvalidInputError(gettext_noop("“%(value)s” is none of the choices."), field=at, value=value[:60])


def _check_length(value: str | None, limit: int, at: str) -> None:
    if value and len(value) > limit:
        raise InvalidInputError(gettext_noop("At most %(limit)s characters fit here."), field=at, limit=limit)
