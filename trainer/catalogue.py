"""Finds the recipes and their schemas without torch: the hub's launch form and API are generated from it.

It is also where the hub asks how a target is told apart (`smallest_classes`).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from trainer.contract import N_, JobSpec, Params, SpecError

if TYPE_CHECKING:
    from types import ModuleType

    from trainer.recipes.parameters import TrainingParameters

HOME = "trainer.recipes"
FIRST = (  # as people see them
    "tabular", "timeseries", "molecule", "image_classification", "object_detection", "image_denoising",
    "image_generation", "text_classification", "sequence_to_sequence", "retrieval_qa", "language_model", "fine_tune",
    "masked_language",
)  # fmt: skip
OF_TEXTS = ("classification", "language")
ELSEWHERE = "TRAINER_RECIPES"  # names packages of further recipes, between commas; Python must find them

# pydantic's error types and the sentences that stand for them; any other becomes OTHERWISE
SENTENCES = {
    "extra_forbidden": N_("“%(field)s” is not a parameter of this recipe."),
    "missing": N_("“%(field)s” is needed."),
    "greater_than_equal": N_("“%(field)s” must be at least %(ge)s."),
    "greater_than": N_("“%(field)s” must be greater than %(gt)s."),
    "less_than_equal": N_("“%(field)s” must be at most %(le)s."),
    "less_than": N_("“%(field)s” must be less than %(lt)s."),
    "literal_error": N_("“%(field)s” must be one of %(expected)s."),
    "too_long": N_("“%(field)s” may hold at most %(max_length)s values."),
    "too_short": N_("“%(field)s” must hold at least %(min_length)s value."),
    "int_parsing": N_("“%(field)s” must be a whole number."),
    "int_type": N_("“%(field)s” must be a whole number."),
    "int_from_float": N_("“%(field)s” must be a whole number."),
    "float_parsing": N_("“%(field)s” must be a number."),
    "float_type": N_("“%(field)s” must be a number."),
    "finite_number": N_("“%(field)s” must be a finite number."),
    "bool_parsing": N_("“%(field)s” must be yes or no."),
    "bool_type": N_("“%(field)s” must be yes or no."),
    "list_type": N_("“%(field)s” must be a list of whole numbers."),
}
OTHERWISE = N_("“%(field)s” cannot be %(value)s.")


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A versioned training program and what it takes; texts are msgids."""

    name: str
    version: int
    title: str
    summary: str
    tasks: tuple[str, ...]  # of `trainer.tasks`
    datasets: tuple[str, ...]  # kinds of data, in the words of the hub's `DATASET_KINDS`
    targets: tuple[str, ...]  # kinds of field that may be learnt: "category" | "boolean" | "number" | "text" | …
    needs_target: bool
    needs_base: bool  # a model that goes on learning
    bases: tuple[str, ...]  # what a base model may be for: "classification" | "language" | "vision"; empty: none fits
    needs_transformers: bool  # a library that takes seconds to import, so only such jobs do
    target: str  # the field that is always learnt, such as pictures themselves; empty where it is chosen
    parameters: type[TrainingParameters]
    package: str  # of its schema and program

    def json_schema(self) -> dict[str, Any]:
        """The parameters as JSON schema: the launch form's and the API's source."""
        return self.parameters.model_json_schema()

    def check(self, values: dict[str, Any]) -> TrainingParameters:
        """The parameters, complete with defaults; SpecError with one sentence when they make no sense."""
        try:
            parameters = self.parameters.model_validate(values)
        except ValidationError as error:
            raise self._refusal(error) from None
        parameters.check_chosen()
        return parameters

    def _refusal(self, error: ValidationError) -> SpecError:
        problem = error.errors(include_url=False)[0]
        name = str(problem["loc"][0]) if problem["loc"] else ""
        known = self.parameters.model_fields.get(name)
        params: Params = {"field": known.title if known and known.title else name, "value": str(problem["input"])[:100]}
        params |= {key: str(value) for key, value in problem.get("ctx", {}).items()}
        return SpecError(SENTENCES.get(problem["type"], OTHERWISE), params, field=name)


def _recipe(package: str) -> Recipe:
    schema: ModuleType = import_module(f"{package}.schema")
    return Recipe(
        name=schema.NAME,
        version=schema.VERSION,
        title=schema.TITLE,
        summary=schema.SUMMARY,
        tasks=schema.TASKS,
        datasets=schema.DATASETS,
        targets=schema.TARGETS,
        needs_target=True,
        needs_base=getattr(schema, "NEEDS_BASE", False),
        bases=getattr(schema, "BASES", OF_TEXTS if getattr(schema, "NEEDS_BASE", False) else ()),
        needs_transformers=getattr(schema, "NEEDS_TRANSFORMERS", getattr(schema, "NEEDS_BASE", False)),
        target=getattr(schema, "TARGET", ""),
        parameters=schema.Parameters,
        package=package,
    )


@cache
def recipes() -> tuple[Recipe, ...]:
    """Every recipe, in the order in which people see them."""
    return tuple(_recipe(package) for package in packages())


def packages() -> list[str]:
    """Every folder of `trainer/recipes` that has a schema, then the packages that the environment names."""
    known = {name: place for place, name in enumerate(FIRST)}
    here = [folder.name for folder in files(HOME).iterdir() if folder.joinpath("schema.py").is_file()]
    here.sort(key=lambda name: (known.get(name, len(known)), name))
    elsewhere = [name.strip() for name in os.environ.get(ELSEWHERE, "").split(",")]
    return [*(f"{HOME}.{name}" for name in here), *filter(None, elsewhere)]


def recipe(name: str) -> Recipe:
    """The recipe of that name; SpecError when there is none."""
    for known in recipes():
        if known.name == name:
            return known
    raise SpecError(N_("There is no recipe named “%(name)s”."), {"name": name}, field="recipe")


def checked(spec: JobSpec) -> JobSpec:
    """The same specification with its version told, and its parameters checked and completed by the recipe's schema."""
    known = recipe(spec.recipe)
    asked = spec.recipe_version or known.version
    if asked != known.version:
        raise SpecError(
            N_("This machine has version %(here)s of the recipe, the job asks for version %(asked)s."),
            {"here": known.version, "asked": asked},
            field="recipe_version",
        )
    complete = known.check(spec.parameters).model_dump(mode="json")
    return spec.model_copy(update={"recipe_version": asked, "parameters": complete})


def smallest_classes(parts: Sequence[Any], *, task: str, above: float | None) -> list[int] | None:
    """`trainer.data.classes.smallest_classes`, which needs numpy and Arrow: loaded when it is asked."""
    found: list[int] | None = import_module("trainer.data.classes").smallest_classes(parts, task=task, above=above)
    return found


def memory_of(name: str, values: dict[str, Any], data: dict[str, Any]) -> int | None:
    """Bytes that a job takes at its highest, by `trainer.sizes`; `data` is what its `Data` holds."""
    sizes, known = import_module("trainer.sizes"), recipe(name)
    found = sizes.estimate_of(known, known.check(values), sizes.Data(**data))
    return None if found is None else int(found.memory)


def seconds_of(
    name: str, values: dict[str, Any], data: dict[str, Any], *, steps: int, device: str, speed: float,
    processes: int = 1, threads: int = 1,
) -> tuple[float, float] | None:  # fmt: skip
    """How long a job takes, at least and at most, by `trainer.duration`; `speed` is 0 where no machine told its own."""
    known, data_of = recipe(name), import_module("trainer.sizes").Data
    found: tuple[float, float] | None = import_module("trainer.duration").seconds_of(
        known, known.check(values), data_of(**data), steps=steps, device=device, speed=speed, processes=processes,
        threads=threads,
    )  # fmt: skip
    return found
