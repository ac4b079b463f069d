"""Recipes that learn from texts: which field they read, which they learn to write, and what they refuse."""

from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext_noop

from chainhub.bases.models import BaseModel, Task
from chainhub.collaborations.models import Collaboration
from chainhub.core.errors import InvalidInputError
from chainhub.datasets.models import DatasetVersion, Kind
from chainhub.datasets.roles import FieldRole, roles_of
from chainhub.jobs.catalogue import Recipe
from chainhub.organizations.models import Organization

LANGUAGE, MASKED = "language", "masked"
TEXT = "text"
ANSWERED = {Kind.PAIRS, Kind.ANSWERS}  # data in which one text asks for another

FROM_ALL = gettext_noop("from all common fields, except identifiers")
FROM_TEXTS = gettext_noop("from the field that holds the texts")
FROM_ITSELF = gettext_noop("from the texts themselves")
FROM_PICTURES = gettext_noop("from the pictures")

OF_PICTURES = gettext_noop("“%(name)s” knows texts; this recipe goes on from base models that look at pictures.")
OF_OTHERS = gettext_noop("“%(name)s” looks at pictures; this recipe goes on from base models that know texts.")
OF_READERS = gettext_noop("“%(name)s” writes; this recipe goes on from base models that only read.")

Types = Mapping[str, str]


def learns_texts(recipe: Recipe) -> bool:
    """Whether words themselves are read, and not only told apart."""
    return TEXT in recipe.datasets


def task_of(recipe: Recipe, base: BaseModel | None = None) -> str:
    """The recipe's only task, or what the base model can learn; empty where the target decides.

    A recipe that hides words is asked for texts alone, as one that learns to write.
    """
    if recipe.tasks == (MASKED,):
        return LANGUAGE
    if recipe.needs_base and base is not None:
        return str(base.task)
    return recipe.tasks[0] if len(recipe.tasks) == 1 else ""


def check_base(
    recipe: Recipe, base: BaseModel | None, organization: Organization, collaboration: Collaboration
) -> None:
    """Raises `InvalidInputError` where a base model is missing, does not fit, or is not for this organization's job."""
    if base is None and recipe.needs_base:
        raise InvalidInputError(gettext_noop("Choose the base model that should learn."), field="base")
    if base is not None and not recipe.bases:
        raise InvalidInputError(gettext_noop("This recipe begins without a base model."), field="base")
    if base is not None and base.task not in recipe.bases:
        unfit = OF_OTHERS if base.task == Task.VISION else OF_PICTURES if Task.VISION in recipe.bases else OF_READERS
        raise InvalidInputError(unfit, field="base", name=base.name)
    if base is not None and base.collaboration_id not in (None, collaboration.pk):
        raise InvalidInputError(
            gettext_noop("“%(name)s” was made in another collaboration; only jobs of that one may go on from it."),
            field="base",
            name=base.name,
        )
    if base is not None and base.collaboration_id is None and base.organization_id != organization.pk:
        raise InvalidInputError(
            gettext_noop("%(organization)s has not imported this base model."),
            field="base",
            organization=organization.name,
        )


def learns_from(recipe: Recipe, versions: Iterable[DatasetVersion], base: BaseModel | None = None) -> str:
    """What a job reads where nobody chose fields, as a msgid."""
    if any(version.dataset.kind == Kind.IMAGES for version in versions):
        return FROM_PICTURES
    if task_of(recipe, base) == LANGUAGE:
        return FROM_ITSELF
    return FROM_TEXTS if learns_texts(recipe) else FROM_ALL


def usual_texts(
    versions: Sequence[DatasetVersion], texts: Sequence[str], *, task: str, alone: bool = False
) -> list[str] | None:
    """The field that is read where nobody chose one, out of `texts`; None where nothing is read but the target.

    `alone`: the recipe learns from the target and from nothing else.
    """
    if alone or (task == LANGUAGE and not all(version.dataset.kind in ANSWERED for version in versions)):
        return None
    return sorted(texts, key=lambda name: _rank(versions, name))[:1]


def _rank(versions: Sequence[DatasetVersion], name: str) -> tuple[bool, bool]:
    """Prose before words that tell kinds apart; fields of one rank keep the file's order."""
    roles = [roles_of(version.dataset, version.inspection).get(name) for version in versions]
    fields = [one for version in versions for one in version.inspection.get("fields", []) if one["name"] == name]
    return FieldRole.TEXT not in roles, any(one.get("kind") == "category" for one in fields)


def check_texts(
    recipe: Recipe,
    versions: Sequence[DatasetVersion],
    tables: Sequence[Types],
    *,
    task: str,
    target: str,
    fields: Sequence[str],
    features: Sequence[str],
) -> None:
    """Raises `InvalidInputError` where there is no text to read, or none to learn to write."""
    if task == LANGUAGE:
        _check_written(versions, tables, target)
        if fields and task_of(recipe) == LANGUAGE:
            raise InvalidInputError(
                gettext_noop("This recipe learns from the texts alone; choose no other fields."), field="fields"
            )
    elif not any(table.get(name) == TEXT for name in features for table in tables):
        raise InvalidInputError(
            gettext_noop("This recipe learns from texts; choose a field that holds them in every dataset."),
            field="fields" if fields else "versions",
        )


def _check_written(versions: Sequence[DatasetVersion], tables: Sequence[Types], target: str) -> None:
    for version, table in zip(versions, tables, strict=True):
        if table[target] != TEXT:
            raise InvalidInputError(
                gettext_noop(
                    "“%(name)s” holds no texts in “%(dataset)s”; the model learns to write what stands there."
                ),
                field="target",
                name=target,
                dataset=version.dataset.name,
            )
