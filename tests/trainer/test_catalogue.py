"""What the hub learns of the recipes, without torch."""

from __future__ import annotations

import importlib
import subprocess
import sys
from typing import Any

import pytest
from pydantic import ValidationError

from tests.trainer.servant import ROOT, environment
from trainer.catalogue import Recipe, checked, recipe, recipes
from trainer.contract import Event, JobSpec, Metric, SpecError

INPUT = {"organization": "anvil", "organization_name": "Anvil Steel", "path": "a.parquet"}


def spec(**changes: Any) -> JobSpec:
    values = {"job": "1", "recipe": "tabular", "inputs": [INPUT], "target": "worn", "output": "out"}
    return JobSpec.model_validate(values | changes)


def test_contract_and_catalogue_need_no_torch() -> None:
    code = (
        "import sys, trainer.contract, trainer.catalogue as c; c.recipes()[0].json_schema();"
        "sys.exit(any(m in sys.modules for m in ('torch', 'numpy', 'pyarrow', 'django')))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment(), check=False).returncode == 0


@pytest.mark.parametrize("known", recipes(), ids=lambda known: known.name)
def test_every_recipe_has_a_program_texts_and_defaults(known: Recipe) -> None:
    assert callable(importlib.import_module(f"{known.package}.program").read)
    assert known.title
    assert known.summary
    known.check({})
    optional = {"base"} if known.bases and not known.needs_base else set[str]()  # whether the job goes on from one
    for name, field in known.json_schema()["properties"].items():
        assert field["title"], name
        assert field["description"], name
        assert "default" in field, name
        assert field["group"] in ("model", "training", "evaluation", "preprocessing"), name
        assert set(field.get("labels", {})) == set(field.get("enum", [])), name
        assert set(field.get("when", {})) <= set(known.json_schema()["properties"]) | optional, name


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"epochs": 0}, "“Epochs” must be at least 1."),
        ({"epochs": "many"}, "“Epochs” must be a whole number."),
        ({"dropout": 1.0}, "“Dropout” must be less than 1.0."),
        ({"activation": "swish"}, "“Activation” must be one of 'relu', 'gelu', 'tanh' or 'sigmoid'."),
        ({"hidden_layers": [0]}, "“Hidden layers” must be at least 1."),
        ({"hidden_layers": [2] * 9}, "“Hidden layers” may hold at most 8 values."),
        ({"learning_rate": float("nan")}, "“Learning rate” must be a finite number."),
        ({"early_stopping": "perhaps"}, "“Early stopping” must be yes or no."),
        ({"magic": 1}, "“magic” is not a parameter of this recipe."),
    ],
)
def test_nonsense_is_refused_with_a_sentence(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SpecError) as refused:
        recipe("tabular").check(values)
    assert str(refused.value) == sentence
    assert refused.value.field == next(iter(values))


@pytest.mark.parametrize(
    ("task", "loss", "sentence"),
    [
        ("classification", "mse", "A classification is trained with cross-entropy."),
        ("regression", "cross-entropy", "Cross-entropy needs a target of categories."),
    ],
)
def test_loss_of_another_task_is_refused_before_any_data_is_read(task: str, loss: str, sentence: str) -> None:
    with pytest.raises(SpecError) as refused:
        recipe("tabular").check({"task": task, "loss": loss})
    assert (str(refused.value), refused.value.field) == (sentence, "loss")
    assert recipe("tabular").check({"loss": loss})


def test_checked_specification_holds_every_parameter() -> None:
    complete = checked(spec(parameters={"epochs": 3}))
    assert complete.parameters["epochs"] == 3
    assert complete.parameters["optimizer"] == "adam"
    assert complete.recipe_version == recipe("tabular").version
    assert JobSpec.model_validate_json(complete.model_dump_json()) == complete


@pytest.mark.parametrize("changes", [{"recipe": "magic"}, {"recipe_version": 99}])
def test_unknown_recipe_or_version_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(SpecError):
        checked(spec(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"inputs": []},
        {"fields": []},
        {"fields": ["worn"]},
        {"seed": -1},
        {"split": {"kind": "k-fold", "folds": 1}},
        {"inputs": [INPUT | {"path": "a.xlsx"}]},
        {"inputs": [INPUT, INPUT | {"organization_name": "Other"}]},
        {"contract": 2},
        {"colour": "red"},
    ],
)
def test_specification_refuses_what_makes_no_sense(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        spec(**changes)


def test_event_survives_the_pipe() -> None:
    payload = Metric(name="loss", step=3, epoch=1, value=0.5, split="train")
    event = Event.from_line(Event.of(7, payload).to_line())
    assert event.seq == 7
    assert event.checked() == payload
