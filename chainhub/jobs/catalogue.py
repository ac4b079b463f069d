"""The recipes as the hub shows and checks them: titles in the reader's language, refusals as sentences."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext, gettext_noop
from pydantic import ValidationError

from chainhub.core.errors import InvalidInputError
from trainer import catalogue
from trainer.contract import Limits, SpecError, Split

Recipe = catalogue.Recipe

TEXTS = ("title", "description")
BASED = "base"  # in a parameter's `when`: whether the job goes on from a base model


def recipes() -> tuple[Recipe, ...]:
    """Every recipe that can be launched here, in the order in which people see them."""
    return catalogue.recipes()


def recipe_titles() -> dict[str, str]:
    """Name to title, as msgids."""
    return {recipe.name: recipe.title for recipe in recipes()}


def find_recipe(name: str) -> Recipe:
    """Raises `InvalidInputError` for a name that no recipe has."""
    try:
        return catalogue.recipe(name)
    except SpecError as error:
        raise _refusal(error) from None


def title_of(name: str) -> str:
    """A recipe's title in the current language; its name where this hub no longer has it."""
    known = {recipe.name: recipe.title for recipe in recipes()}
    return gettext(known[name]) if name in known else name


def is_of_today(name: str, version: int) -> bool:
    """Whether a job that was begun by that version of the recipe can be gone on with here."""
    return (name, version) in {(recipe.name, recipe.version) for recipe in recipes()}


def checked_parameters(recipe: Recipe, values: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters, complete with defaults; `InvalidInputError` names the parameter at fault."""
    try:
        return dict(recipe.check(dict(values)).model_dump(mode="json"))
    except SpecError as error:
        raise _refusal(error) from None


def memory_of(recipe: str, parameters: Mapping[str, Any], data: dict[str, Any]) -> int | None:
    """Bytes that a job on such data takes at its highest; None where the recipe cannot say."""
    return catalogue.memory_of(recipe, dict(parameters), data) if data["rows"] else None


def seconds_of(
    recipe: str, parameters: Mapping[str, Any], data: dict[str, Any], *, steps: int, device: str, speed: float,
    processes: int = 1, threads: int = 1,
) -> tuple[float, float] | None:  # fmt: skip
    """How long a job on such data takes, at least and at most; None where the recipe cannot say.

    `speed` is the machine's, in multiplications a second; 0 where it is not known. Each process has so many threads.
    """
    if not data["rows"]:
        return None
    return catalogue.seconds_of(
        recipe, dict(parameters), data, steps=steps, device=device, speed=speed, processes=processes, threads=threads
    )


def check_task(recipe: Recipe, parameters: Mapping[str, Any], task: str) -> None:
    """Raises `InvalidInputError` where the parameters do not fit what the target asks for."""
    try:
        recipe.check(dict(parameters)).check_task(task)
    except SpecError as error:
        raise _refusal(error) from None


def checked_split(values: Mapping[str, Any]) -> dict[str, Any]:
    """How rows are held out, complete with defaults."""
    try:
        return dict(Split.model_validate(values).model_dump(mode="json"))
    except ValidationError as error:
        raise _misfit(error, "split") from None


def checked_limits(values: Mapping[str, Any]) -> dict[str, Any]:
    """What a run may use; nothing said means no limit."""
    try:
        return dict(Limits.model_validate(values).model_dump(mode="json", exclude_none=True))
    except ValidationError as error:
        raise _misfit(error, "limits") from None


def translated_schema(recipe: Recipe) -> dict[str, Any]:
    """The parameters' JSON schema with titles, descriptions and labels in the current language."""
    schema = recipe.json_schema()
    return {**schema, "properties": {name: _translated(one) for name, one in schema["properties"].items()}}


def applies(setting: Mapping[str, Any], parameters: Mapping[str, Any]) -> bool:
    """Whether a parameter means anything beside the others: a momentum only where the optimizer has one."""
    return all(_fits(parameters.get(other), wanted) for other, wanted in (setting.get("when") or {}).items())


def _fits(value: Any, wanted: Any) -> bool:
    """`wanted` is a value, several of them, or "*" for anything but nothing."""
    if wanted == "*":
        return bool(value)
    return value in wanted if isinstance(wanted, list) else bool(value == wanted)


def _translated(setting: Mapping[str, Any]) -> dict[str, Any]:
    texts = {key: gettext(setting[key]) for key in TEXTS if setting.get(key)}
    labels = {value: gettext(label) for value, label in setting.get("labels", {}).items()}
    return {**setting, **texts, **({"labels": labels} if labels else {})}


def _refusal(error: SpecError) -> InvalidInputError:
    params = dict(error.params)
    if "field" in params:
        params["field"] = gettext(str(params["field"]))
    refusal = InvalidInputError(error.text, field=error.field or None)
    refusal.sentence["params"].update(params)
    return refusal


def _misfit(error: ValidationError, field: str) -> InvalidInputError:
    problem = error.errors(include_url=False)[0]
    name = ".".join(str(part) for part in problem["loc"])
    return InvalidInputError(
        gettext_noop("“%(value)s” makes no sense as %(name)s."),
        field=f"{field}.{name}" if name else field,
        value=str(problem["input"])[:80],
        name=name or field,
    )


def smallest_classes(parts: Sequence[Any], *, task: str, above: float | None) -> list[int] | None:
    """Rows of the smallest class in each part (Arrow columns) of a pool's target, as the trainer tells classes apart.

    None where it takes the target for a quantity. Raises ValueError where it takes it for neither.
    """
    return catalogue.smallest_classes(parts, task=task, above=above)
