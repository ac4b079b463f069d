"""By which field rows can be divided into past and future or into groups, and whether a split fits its data."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_noop

from chainhub.core.errors import InvalidInputError
from chainhub.datasets.models import DatasetVersion, Kind
from chainhub.datasets.roles import FieldRole, FieldType, roles_of, sensitive_fields
from chainhub.jobs.fields import common_fields, fields_of

MOMENTS = {FieldType.DATE.value, FieldType.TIME.value}
NUMBERS = {FieldType.INTEGER.value, FieldType.NUMBER.value}
BY_TIME, BY_GROUP, WALK, K_FOLD, GROUP_FOLDS = "time", "group", "walk-forward", "k-fold", "group-k-fold"
TIMED, GROUPED = (BY_TIME, WALK), (BY_GROUP, GROUP_FOLDS)  # judged by what is later; by what no group of theirs told
BY_ORGANIZATION = "organization"  # a model of all others is tried on each
COUNTED = (K_FOLD, WALK, GROUP_FOLDS)  # judged by as many models as one asks for
FOLDED = (*COUNTED, BY_ORGANIZATION)  # judged by several
UNGROUPED = {FieldType.DATE.value, FieldType.TIME.value, FieldType.NUMBER.value}  # hardly a value twice, as a rule


def time_fields(versions: Sequence[DatasetVersion]) -> list[str]:
    """Dates that all of them have, and numbers that an owner calls the time; those that one calls so first."""
    if any(version.dataset.kind == Kind.IMAGES for version in versions):
        return []
    common = common_fields(versions)
    roles = [roles_of(version.dataset, version.inspection) for version in versions]
    called = [name for name in common if any(told.get(name) == FieldRole.TIME for told in roles)]
    fitting = [name for name in common if _kinds(versions, name) <= MOMENTS]
    fitting += [name for name in called if _kinds(versions, name) <= NUMBERS]
    return sorted(fitting, key=lambda name: name not in called)


def group_fields(versions: Sequence[DatasetVersion]) -> list[str]:
    """Names, categories and whole numbers that all of them have; those first that an owner calls an entity."""
    if any(version.dataset.kind == Kind.IMAGES for version in versions):
        return []
    common = common_fields(versions)
    roles = [roles_of(version.dataset, version.inspection) for version in versions]
    named = [name for name in common if any(told.get(name) == FieldRole.ENTITY for told in roles)]
    fitting = [name for name in common if not _kinds(versions, name) & UNGROUPED or name in named]
    return sorted(fitting, key=lambda name: name not in named)


def owners(versions: Sequence[DatasetVersion]) -> int:
    """How many organizations bring them."""
    return len({version.dataset.organization_id for version in versions})


def _kinds(versions: Sequence[DatasetVersion], name: str) -> set[str]:
    return {fields_of(version).get(name, "") for version in versions}


def _check_folds(split: Mapping[str, Any], versions: Sequence[DatasetVersion], group: str) -> None:
    """Refuses more folds than all datasets together can have groups; which of them are the same only training sees.

    Not by a field that an owner masks: asked with one number of folds after another, it would tell how many values
    differ. Of such a one, too, only training sees it.
    """
    if split.get("kind") != GROUP_FOLDS or any(group in sensitive_fields(one.dataset) for one in versions):
        return
    told = [field for version in versions for field in version.inspection.get("fields", ()) if field["name"] == group]
    counts = [field.get("distinct") for field in told]
    if None not in counts and sum(counts) < int(split["folds"]):
        raise InvalidInputError(
            gettext_noop("“%(name)s” tells fewer groups apart than there are folds: ask for fewer folds."),
            field="split.folds",
            name=group,
        )


def check_split(split: Mapping[str, Any], versions: Sequence[DatasetVersion]) -> None:
    """Raises `InvalidInputError` where rows are to be divided by what is no time, or tells no groups apart."""
    if split.get("kind") == BY_ORGANIZATION and owners(versions) < 2:  # noqa: PLR2004 - to learn from, and to judge
        raise InvalidInputError(
            gettext_noop("A model of all others is tried on each organization's rows: choose data of at least two."),
            field="split.kind",
        )
    group = split.get(BY_GROUP, "")
    if split.get("kind") in GROUPED and group not in group_fields(versions):
        raise InvalidInputError(
            gettext_noop(
                "“%(name)s” tells no groups apart: choose a field of names, categories or whole numbers that all "
                "datasets have."
            ),
            field="split.group",
            name=group,
        )
    _check_folds(split, versions, group)
    name = split.get(BY_TIME, "")
    if split.get("kind") in TIMED and name not in time_fields(versions):
        raise InvalidInputError(
            gettext_noop(
                "“%(name)s” does not say of every row when it was: choose a field of dates which all datasets have, or "
                "of numbers that an owner calls the time."
            ),
            field="split.time",
            name=name,
        )
