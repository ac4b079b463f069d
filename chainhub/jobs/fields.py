"""Whether the chosen versions fit together: the target in each of them, the features with types that agree."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_noop

from chainhub.core.errors import InvalidInputError
from chainhub.datasets.models import DatasetVersion, Kind
from chainhub.datasets.roles import FieldRole, roles_of, sensitive_fields, types_of
from chainhub.jobs.catalogue import Recipe
from chainhub.jobs.taking import other_kind, takes
from chainhub.jobs.texts import LANGUAGE, TEXT, check_texts, learns_texts, task_of, usual_texts

NUMERIC = {"integer", "number", "boolean"}
UNKNOWN = {"", "null", "empty"}  # a field without any value fits whatever the others hold
IMAGE_FIELDS = {"image", "label", "path"}
BOXES = "boxes"
LEFT_OUT = frozenset({FieldRole.IDENTIFIER, FieldRole.IGNORE, FieldRole.WEIGHT})

Fields = dict[str, str]  # name -> type, in the file's order


def fields_of(version: DatasetVersion) -> Fields:
    """As inspection found them or as their owner corrected them."""
    return types_of(version.dataset, version.inspection)


def common_fields(versions: Sequence[DatasetVersion]) -> Fields:
    """Fields that all of them have, in the order of the first; types as far as one of them knows."""
    return _common([fields_of(version) for version in versions])


def _common(tables: Sequence[Fields]) -> Fields:
    if not tables:
        return {}
    shared = [name for name in tables[0] if all(name in table for table in tables)]
    return {name: next((t[name] for t in tables if t[name] not in UNKNOWN), "") for name in shared}


def feature_names(
    versions: Sequence[DatasetVersion],
    *,
    target: str,
    chosen: Sequence[str],
    recipe: Recipe | None = None,
    task: str = "",
) -> list[str] | None:
    """What a job trains on: the chosen ones, else all common ones but target and identifiers; None for images.

    A recipe for texts reads one field of them unless others are chosen; None where it learns from the target alone.
    `task`: what the base model decides, where the recipe leaves it open.
    """
    if chosen:
        return list(chosen)
    if _has_images(versions):
        return None
    common = common_fields(versions)
    usual = _usual_features(versions, common, target)
    if recipe is None or not learns_texts(recipe):
        return usual
    texts = [name for name in usual if common[name] == TEXT]
    return usual_texts(versions, texts, task=task or task_of(recipe), alone=task_of(recipe) == LANGUAGE)


def _usual_features(versions: Sequence[DatasetVersion], common: Fields, target: str) -> list[str]:
    left_out = {target, *not_learnt(versions)}
    return [name for name in common if name not in left_out]


def not_learnt(versions: Sequence[DatasetVersion]) -> set[str]:
    """Fields that an owner keeps out of training unless they are asked for by name."""
    roles = [roles_of(version.dataset, version.inspection) for version in versions]
    named = (name for version in versions for name in version.dataset.identifiers)
    kept = {name for told in roles for name, role in told.items() if role in LEFT_OUT}
    return kept | set(named) | {name for version in versions for name in telling_fields(version)}


def ignored_fields(versions: Sequence[DatasetVersion]) -> set[str]:
    """Fields of which an owner says that they serve nothing; a launch does not offer them for anything."""
    roles = [roles_of(version.dataset, version.inspection) for version in versions]
    return {name for told in roles for name, role in told.items() if role == FieldRole.IGNORE}


def telling_fields(version: DatasetVersion) -> set[str]:
    """Sensitive fields that hold words: a model carries the words it learnt from, and everybody receives the model."""
    if not (sensitive := sensitive_fields(version.dataset)):
        return set()  # a table of pixels has a thousand fields
    types = fields_of(version)
    return {name for name in sensitive if types.get(name, "") not in NUMERIC | UNKNOWN}


def _has_images(versions: Sequence[DatasetVersion]) -> bool:
    return any(version.dataset.kind == Kind.IMAGES for version in versions)


def check_fields(
    recipe: Recipe, versions: Sequence[DatasetVersion], *, target: str, fields: Sequence[str], task: str = ""
) -> None:
    """Raises `InvalidInputError` that names the field and the dataset at fault.

    `task`: what the base model decides, where the recipe leaves it open.
    """
    _check_kinds(recipe, versions)
    if not target:
        raise InvalidInputError(gettext_noop("Choose the field that the model should predict."), field="target")
    if target in fields:
        raise InvalidInputError(
            gettext_noop("“%(name)s” is to be predicted; it cannot be a feature as well."), field="fields", name=target
        )
    images = _has_images(versions)
    _check_learnt(recipe, versions, target)
    # Read once: a table of pixels has a thousand fields.
    tables = [dict.fromkeys({*IMAGE_FIELDS, BOXES}, "") if images else fields_of(version) for version in versions]
    for name, at in ((target, "target"), *((name, "fields") for name in fields)):
        _check_field(name, versions, tables, at=at)
    if images:
        return
    for name, at in ((target, "target"), *((name, "fields") for name in fields)):
        _check_words(name, versions, at=at)
    features = feature_names(versions, target=target, chosen=fields, recipe=recipe, task=task) or []
    _check_features(recipe, versions, tables, task=task, target=target, fields=fields, features=features)


def _check_learnt(recipe: Recipe, versions: Sequence[DatasetVersion], target: str) -> None:
    """Raises `InvalidInputError` where a recipe learns one certain field, and that is not chosen or not there."""
    if recipe.target and target != recipe.target:
        raise InvalidInputError(
            gettext_noop("This recipe learns from “%(name)s” and from nothing else; choose it as the target."),
            field="target",
            name=recipe.target,
        )
    for version in versions:
        if target == BOXES and _has_images([version]) and BOXES not in fields_of(version):
            raise InvalidInputError(
                gettext_noop(
                    "The pictures of “%(dataset)s” have no boxes. Upload a version with an annotation file in COCO's "
                    "form, which says where in each picture something is."
                ),
                field="versions",
                dataset=version.dataset.name,
            )


def _check_features(
    recipe: Recipe,
    versions: Sequence[DatasetVersion],
    tables: Sequence[Fields],
    *,
    features: Sequence[str],
    **asked: Any,
) -> None:
    if learns_texts(recipe):
        task = asked.pop("task") or task_of(recipe)
        check_texts(recipe, versions, tables, task=task, features=features, **asked)
    elif not features:
        raise InvalidInputError(
            gettext_noop("The chosen datasets have no field in common but the target."), field="versions"
        )
    for name in features:
        _check_types(name, versions, tables)


def asks_for_classes(versions: Sequence[DatasetVersion], target: str) -> bool:
    """Whether the target can only be told by its kind: it holds words somewhere."""
    return not _has_images(versions) and any(fields_of(version).get(target) == "text" for version in versions)


def _check_kinds(recipe: Recipe, versions: Sequence[DatasetVersion]) -> None:
    for version in versions:
        if not takes(recipe, version.dataset):
            raise InvalidInputError(
                gettext_noop("This recipe cannot read “%(dataset)s”. %(reason)s"),
                field="versions",
                dataset=version.dataset.name,
                reason=other_kind(recipe, version.dataset),
            )
    if len({version.dataset.kind == Kind.IMAGES for version in versions}) > 1:
        raise InvalidInputError(gettext_noop("Tables and images cannot be trained on together."), field="versions")


def _check_field(name: str, versions: Sequence[DatasetVersion], tables: Sequence[Fields], *, at: str) -> None:
    for version, table in zip(versions, tables, strict=True):
        if name not in table:
            raise InvalidInputError(
                gettext_noop("“%(dataset)s” has no field “%(name)s”."),
                field=at,
                dataset=version.dataset.name,
                name=name,
            )


def _check_words(name: str, versions: Sequence[DatasetVersion], *, at: str) -> None:
    for version in versions:
        if name in telling_fields(version):
            raise InvalidInputError(
                gettext_noop(
                    "“%(name)s” is sensitive in “%(dataset)s” and holds words, which the model would carry to everyone "
                    "who receives it. Leave it out, or ask %(organization)s."
                ),
                field=at,
                name=name,
                dataset=version.dataset.name,
                organization=version.dataset.organization.name,
            )


def _check_types(name: str, versions: Sequence[DatasetVersion], tables: Sequence[Fields]) -> None:
    seen: dict[bool, DatasetVersion] = {}
    for version, table in zip(versions, tables, strict=True):
        if table[name] not in UNKNOWN:
            seen.setdefault(table[name] in NUMERIC, version)
    if len(seen) > 1:
        raise InvalidInputError(
            gettext_noop(
                "“%(name)s” holds numbers in “%(numbers)s” but text in “%(texts)s”. Leave it out, or mend it."
            ),
            field="fields",
            name=name,
            numbers=seen[True].dataset.name,
            texts=seen[False].dataset.name,
        )
