"""Preprocessing is learnt from the training part only, and applied the same everywhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tests.trainer.conftest import MakeSpec, launch
from trainer.catalogue import recipe
from trainer.contract import JobSpec, Split
from trainer.data.columns import Categories, Numbers, column_of
from trainer.data.splits import divide
from trainer.data.target import Target
from trainer.recipes.tabular import encoding
from trainer.recipes.tabular.program import read
from trainer.recipes.tabular.schema import Parameters


def fields_of(spec: JobSpec) -> dict[str, Any]:
    code, events = launch(spec)
    assert code == 0, events[-1]
    return {f["name"]: f for f in json.loads(Path(spec.output, "preprocessing.json").read_text())["fields"]}


def rows_of(spec: JobSpec) -> tuple[Any, Any]:
    source = read(spec, recipe(spec.recipe).check(spec.parameters), lambda _: None)
    (part,) = divide(source.owner, [party.slug for party in source.parties], source.target, spec.split, spec.seed)
    return source, part


@pytest.mark.parametrize("poison", [1e6, None])
def test_held_out_rows_teach_the_preprocessing_nothing(
    job: MakeSpec, tables: dict[str, pa.Table], poison: float | None
) -> None:
    """The held-out and validation rows get absurd numbers and a category of their own; nothing learnt may change."""
    clean = job({"rare_below": 1, "missing_indicators": True})
    before = fields_of(clean)
    _, part = rows_of(clean)
    others = np.concatenate([part.test, part.validation])
    begin = 0
    for slug, content in tables.items():
        own = others[(others >= begin) & (others < begin + content.num_rows)] - begin
        begin += content.num_rows
        heat, line = content.column("heat").to_pylist(), content.column("line").to_pylist()
        for row in own.tolist():
            heat[row], line[row] = poison, "elsewhere"
        tables[slug] = pa.table({**{name: content.column(name) for name in content.column_names},
                                 "heat": pa.array(heat, pa.float64()), "line": pa.array(line)})  # fmt: skip
    assert fields_of(job({"rare_below": 1, "missing_indicators": True})) == before


def test_published_k_fold_preprocessing_is_learnt_from_all_rows(job: MakeSpec) -> None:
    spec = job(split={"kind": "k-fold", "folds": 3})
    heat = fields_of(spec)["heat"]
    source, _ = rows_of(job())
    assert heat["fill"] == pytest.approx(float(np.nanmedian(source.columns["heat"].values)))


def test_each_organization_alone_learns_from_its_own_training_rows(job: MakeSpec) -> None:
    from trainer.plan import plan

    spec = job()
    parameters = recipe("tabular").check(spec.parameters)
    source = read(spec, parameters, lambda _: None)
    alone = [fit for fit in plan(source, spec, parameters) if fit.series == "alone"]
    assert len(alone) == 2
    for fit in alone:
        assert set(source.owner[fit.train]) == {fit.organization}
        field = source.prepare(fit.train).to_json()["fields"][0]
        assert field["fill"] == pytest.approx(float(np.nanmedian(source.columns["heat"].values[fit.train])))


def learn(column: Any, **parameters: Any) -> dict[str, Any]:
    length = len(column.values if isinstance(column, Numbers) else column.codes)
    return encoding.learn({"x": column}, np.arange(length), Parameters(**parameters))[0]


@pytest.mark.parametrize(
    ("parameters", "fill"),
    [
        ({"imputing": "median"}, 2.0),
        ({"imputing": "mean"}, 3.0),
        ({"imputing": "most-frequent"}, 1.0),
        ({"imputing": "constant", "fill_value": -5.0}, -5.0),
    ],
)
def test_missing_numbers_are_filled_as_chosen(parameters: dict[str, Any], fill: float) -> None:
    column = Numbers(np.array([1.0, 1.0, 3.0, 7.0, np.nan]))
    field = learn(column, scaling="none", missing_indicators=True, **parameters)
    matrix, codes = encoding.encode([field], {"x": column})
    assert matrix.tolist() == [[1, 0], [1, 0], [3, 0], [7, 0], [fill, 1]]
    assert codes.shape == (5, 0)


def test_numbers_are_scaled_as_chosen() -> None:
    column = Numbers(np.array([0.0, 5.0, 10.0]))
    standard, _ = encoding.encode([learn(column)], {"x": column})
    assert standard.mean() == pytest.approx(0)
    assert standard.std() == pytest.approx(1)
    between, _ = encoding.encode([learn(column, scaling="min-max")], {"x": column})
    assert between[:, 0].tolist() == [0.0, 0.5, 1.0]


def test_rare_and_unseen_categories_share_a_place_and_missing_has_its_own() -> None:
    column = Categories(np.array([0, 0, 1, 1, 2, -1]), ["a", "b", "rare"])
    field = learn(column)
    assert field["values"] == {"a": 1, "b": 2}
    other = Categories(np.array([0, 1, -1]), ["new", "b"])
    _, codes = encoding.encode([field], {"x": other})
    assert codes[:, 0].tolist() == [0, 2, 3]
    assert field["rows"] == 4
    assert learn(column, missing_categories="most-frequent")["missing"] == 1


def test_rare_category_does_not_travel_with_the_model() -> None:
    """A value that one person has would name that person."""
    column = Categories(np.array([0, 0, 1]), ["usual", "somebody's own"])
    assert "somebody's own" not in json.dumps(learn(column))


def test_columns_of_every_type() -> None:
    def of(*values: list[Any]) -> Any:
        return column_of([pa.chunked_array([pa.array(v)]) for v in values])

    assert of([1, 2], [1.5, None]).values.tolist()[:3] == [1.0, 2.0, 1.5]
    assert of(["1", "2"]).vocabulary == ["1", "2"]
    assert isinstance(of(["1", "2"], [3]), Numbers)
    assert of(["x"], [3.0]).vocabulary == ["x", "3"]
    assert of([True, False, None]).codes.tolist() == [0, 1, -1]
    assert of(["a", " ", "", None]).codes.tolist() == [0, -1, -1, -1]
    assert of([None, None]).values.shape == (2,)
    assert of([b"bytes"]) is None
    assert of([[1, 2]]) is None
    dictionary = pa.chunked_array([pa.array(["a", "b", "a"]).dictionary_encode()])
    assert column_of([dictionary]).codes.tolist() == [0, 1, 0]


def target(values: list[int]) -> Target:
    return Target("classification", ["a", "b"], np.array(values))


def test_split_is_stratified_and_stays_whoever_else_takes_part() -> None:
    values = [0, 1, 1, 1] * 25
    owner = np.zeros(100, np.int64)
    (alone,) = divide(owner, ["anvil"], target(values), Split(), 3)
    assert len(alone.test) == 20
    assert sum(values[row] for row in alone.test) == 15
    assert len(alone.validation) == 8
    assert not set(alone.train) & set(alone.test)
    assert len({*alone.train, *alone.validation, *alone.test}) == 100
    (joined,) = divide(np.r_[owner, np.ones(40, np.int64)], ["anvil", "cobalt"], target(values + [0] * 40), Split(), 3)
    assert [row for row in joined.test if row < 100] == alone.test.tolist()


def test_folds_hold_every_row_out_once() -> None:
    values = [0, 1] * 30
    owner = np.repeat([0, 1], 30)
    parts = divide(owner, ["a", "b"], target(values), Split(kind="k-fold", folds=4), 0)
    assert sorted(np.concatenate([part.test for part in parts]).tolist()) == list(range(60))
    assert {int(part.test.size) for part in parts} <= {14, 15, 16}
