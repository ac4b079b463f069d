"""Whole groups are held out: all of a machine, whoever has it; what groups cannot be had ends in a sentence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tests.trainer.conftest import MakeSpec, launch, table
from tests.trainer.test_evaluation_parts import evaluation_of
from tests.trainer.test_hostile_recipes import ended
from trainer import catalogue
from trainer.contract import Split
from trainer.data.splits import by_group, by_group_folds, divide
from trainer.data.target import Target
from trainer.distributed import ALONE
from trainer.loop import open_job

FOLDS = {"kind": "group-k-fold", "group": "machine", "folds": 4}
BY_MACHINE = {"kind": "group", "group": "machine", "test_fraction": 0.3}


def machines(rows: int, seed: int, many: int = 12) -> pa.Table:
    random = np.random.default_rng(seed)
    return table(rows, seed).append_column("machine", pa.array([f"M{n}" for n in random.integers(0, many, rows)]))


def on_machines(job: MakeSpec, **changes: Any) -> Any:
    tables = {"anvil": machines(120, 1), "borealis": machines(80, 2)}
    return job(**({"split": BY_MACHINE, "tables": tables} | changes))


def test_no_group_is_on_two_sides_and_the_shares_are_near() -> None:
    groups, names = np.random.default_rng(0).integers(0, 40, 1000), [f"m{n}" for n in range(40)]
    part = by_group(groups, names, Split(kind="group", group="m", test_fraction=0.3, validation_fraction=0.2), seed=1)
    assert part is not None
    sides = [set(groups[rows].tolist()) for rows in (part.train, part.validation, part.test)]
    assert len(set.union(*sides)) == sum(map(len, sides)) == 40
    assert len(part.test) == pytest.approx(300, abs=30)
    assert len(part.validation) == pytest.approx(140, abs=30)
    other = by_group(groups, names, Split(kind="group", group="m", test_fraction=0.3), seed=2)
    assert other is not None
    assert set(groups[other.test].tolist()) != sides[2]


@pytest.mark.parametrize("sizes", [[1, 1], [1, 99], [50, 50], [98, 1, 1]])
def test_few_groups_leave_one_on_each_side(sizes: list[int]) -> None:
    groups = np.repeat(np.arange(len(sizes)), sizes)
    part = by_group(groups, list("abc"), Split(kind="group", group="m"), seed=0)
    assert part is not None
    assert len(part.train)
    assert len(part.test)
    assert by_group(np.zeros(9, np.int64), ["a"], Split(kind="group", group="m"), seed=0) is None


def test_which_groups_are_held_out_follows_from_their_names() -> None:
    """Not from the order in which files name them."""
    split, groups = Split(kind="group", group="m", validation_fraction=0.0), np.repeat(np.arange(20), 5)
    names = [f"m{n}" for n in range(20)]
    part, turned = by_group(groups, names, split, 3), by_group(19 - groups, names[::-1], split, 3)
    assert part is not None
    assert turned is not None
    assert part.test.tolist() == turned.test.tolist()


@pytest.mark.parametrize("seed", range(5))
def test_every_group_is_held_out_once_and_never_on_two_sides(seed: int) -> None:
    random = np.random.default_rng(seed)
    groups, names = (
        random.permutation(np.repeat(np.arange(30), random.integers(5, 60, 30))),
        [f"m{n}" for n in range(30)],
    )
    owner = (groups >= 20).astype(np.int64)  # twenty machines of one, ten of the other
    target = Target("classification", ["a", "b"], groups % 2)
    parts = by_group_folds(groups, names, owner, target, Split.model_validate(FOLDS), seed)
    assert parts is not None
    assert np.sort(np.concatenate([part.test for part in parts])).tolist() == list(range(len(groups)))
    for part in parts:
        sides = [set(groups[rows].tolist()) for rows in (part.train, part.validation, part.test)]
        assert len(set.union(*sides)) == sum(map(len, sides)) == 30
        for place in (0, 1):  # of everyone's rows, and of every class's, a fourth, as near as whole groups come to it
            for kind in (owner, groups % 2):
                assert (kind[part.test] == place).sum() == pytest.approx((kind == place).sum() / 4, abs=60)
    turned = by_group_folds(29 - groups, names[::-1], owner, target, Split.model_validate(FOLDS), seed)
    assert turned is not None
    assert [set(part.test.tolist()) for part in turned] == [set(part.test.tolist()) for part in parts]


def test_no_fold_is_empty_where_there_are_just_as_many_groups() -> None:
    groups, target = np.repeat(np.arange(4), [50, 1, 1, 1]), Target("regression", [], np.zeros(53))
    owner = np.repeat([0, 1, 1, 1], [50, 1, 1, 1])
    parts = by_group_folds(groups, list("abcd"), owner, target, Split.model_validate(FOLDS), 0)
    assert parts is not None
    assert sorted(len(part.test) for part in parts) == [1, 1, 1, 50]
    few = Split.model_validate(FOLDS | {"folds": 5})
    assert by_group_folds(groups, list("abcd"), owner, target, few, 0) is None


def test_rows_that_belong_together_are_divided_like_one() -> None:
    together, owner = np.repeat(np.arange(50), 3)[::-1], np.repeat([0, 1], 75)
    target = Target("classification", ["a", "b"], np.tile([0, 1], 75))
    for split in (Split(), Split(kind="k-fold", folds=4)):
        for part in divide(owner, ["x", "y"], target, split, 0, together):
            sides = [set(together[rows].tolist()) for rows in (part.train, part.validation, part.test)]
            assert len(set.union(*sides)) == sum(map(len, sides)) == 50
            assert sum(map(len, (part.train, part.validation, part.test))) == 150


def test_an_organization_is_judged_by_what_the_others_taught(job: MakeSpec) -> None:
    """Nobody judges itself alone there; the model that is published learnt from all."""
    tables = {"anvil": table(90, 1), "borealis": table(60, 2), "cirrus": table(30, 3)}
    spec = job(split={"kind": "organization"}, tables=tables)
    found = evaluation_of(spec)
    assert (found["split"]["kind"], found["split"]["folds"]) == ("organization", 3)
    assert [one["rows"] for one in found["organizations"]] == [{"train": n, "test": n} for n in (90, 60, 30)]
    assert all(set(one["own"]) == {"together"} for one in found["organizations"])
    opened = open_job(catalogue.checked(spec), lambda _: None, ALONE)
    owner = opened.source.owner
    assert [(fit.series, fit.published) for fit in opened.fits] == [("together", False)] * 3 + [("together", True)]
    for place, fit in enumerate(opened.fits[:3]):
        assert set(owner[fit.test].tolist()) == {place}
        assert set(owner[fit.train].tolist()) == set(owner[fit.validation].tolist()) == {0, 1, 2} - {place}
    assert len(opened.fits[3].train) == 180


def test_a_text_that_another_has_too_is_not_learnt_before_it_is_judged() -> None:
    together, owner = np.array([0, 1, 2, 3, 1, 4, 5, 6]), np.repeat([0, 1], 4)
    target = Target("language", [], np.ones(8))
    split = Split(kind="organization", validation_fraction=0.0)
    first, second = divide(owner, ["x", "y"], target, split, 0, together)
    assert (first.train.tolist(), first.test.tolist()) == ([5, 6, 7], [0, 1, 2, 3])
    assert (second.train.tolist(), second.test.tolist()) == ([0, 2, 3], [4, 5, 6, 7])
    twice = np.repeat(np.arange(40), 2)  # nor one that validates
    for part in divide(np.repeat([0, 1], 40), ["x", "y"], Target("language", [], np.ones(80)),
                       Split(kind="organization", validation_fraction=0.3), 0, twice):  # fmt: skip
        sides = [set(twice[rows].tolist()) for rows in (part.train, part.validation, part.test)]
        assert all(sides)
        assert len(set.union(*sides)) == sum(map(len, sides))


def test_one_organization_has_no_others(job: MakeSpec) -> None:
    ended(launch(job(split={"kind": "organization"}, tables={"anvil": table(90, 1)}))[1], "too few rows")


def test_partners_machines_are_held_out_by_all_of_them(job: MakeSpec) -> None:
    found = evaluation_of(on_machines(job))
    assert found["split"] == BY_MACHINE | {"validation_fraction": 0.1, "folds": 5, "seed": 0}
    assert sum(one["rows"]["test"] for one in found["organizations"]) == found["overall"]["rows"]
    assert found["overall"]["rows"] == pytest.approx(60, abs=20)


def test_every_machine_is_judged_by_a_model_that_knew_nothing_of_it(job: MakeSpec) -> None:
    spec = on_machines(job, split=FOLDS)
    found = evaluation_of(spec)
    assert found["overall"]["rows"] == 200
    assert [one["rows"] for one in found["organizations"]] == [{"train": 120, "test": 120}, {"train": 80, "test": 80}]
    folds = {one["fold"] for one in found["history"]}
    assert folds == {1, None}


def test_a_group_that_tells_all_is_worth_nothing_in_groups_that_are_held_out(job: MakeSpec) -> None:
    """Each machine's rows have its own class and its own level: known machines are told at once, strange ones not."""
    random = np.random.default_rng(0)
    machine = np.repeat(np.arange(20), 20)
    label = random.permutation(np.tile([0, 1], 10))[machine]
    content = pa.table({
        "level": random.permutation(20)[machine] * 10.0 + random.normal(0, 0.1, 400),
        "machine": pa.array([f"M{n}" for n in machine]), "worn": pa.array(np.where(label == 1, "good", "bad")),
    })  # fmt: skip
    learning = {"epochs": 60, "hidden_layers": [64], "learning_rate": 0.01}
    right = [
        evaluation_of(job(learning, tables={"anvil": content}, split=split, fields=["level", "machine"]))["overall"][
            "metrics"
        ]["accuracy"]["value"]
        for split in ({"kind": "k-fold", "folds": 4}, FOLDS)
    ]
    assert right[0] > 0.95
    assert right[1] < 0.75


def test_of_a_masked_field_groups_are_held_out_unnamed(job: MakeSpec) -> None:
    tables = {"anvil": machines(120, 1, many=60), "borealis": machines(80, 2, many=60)}
    code, events = launch(on_machines(job, tables=tables, masked=["machine"]))
    assert code == 0, events[-1]
    assert not any("M1" in str(event) for event in events)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"group": "absent"}, "tells groups apart by “absent”"),
        ({"content": ["M1"] * 80}, "All rows have the same “machine”"),
        ({"content": [None, *["M1", "M2"] * 39, "M3"]}, "“machine” is missing in 1 rows"),
        ({"content": [float("nan"), *[1.0, 2.0] * 39, 3.0]}, "“machine” is missing in 1 rows"),
        ({"content": [["M1"]] * 80}, "tells groups apart by “machine”"),
    ],
)
def test_what_tells_no_groups_apart_ends_in_a_sentence(job: MakeSpec, change: dict[str, Any], words: str) -> None:
    content = table(80, 1).append_column("machine", pa.array(change.get("content", ["a", "b"] * 40)))
    split = BY_MACHINE | ({"group": change["group"]} if "group" in change else {})
    _, events = launch(on_machines(job, tables={"anvil": content}, split=split))
    ended(events, words)


def test_more_folds_than_groups_end_in_a_sentence(job: MakeSpec) -> None:
    tables = {"anvil": machines(120, 1, many=3), "borealis": machines(80, 2, many=3)}
    ended(launch(on_machines(job, tables=tables, split=FOLDS))[1], "“machine” tells 3 groups apart, fewer than the 4")


def test_how_many_values_a_masked_field_has_is_not_found_by_asking_again(job: MakeSpec) -> None:
    """Whoever launches with one number of folds after another, or one share, is answered alike to all of them."""
    tables = {"anvil": machines(120, 1, many=3), "borealis": machines(80, 2, many=3)}
    few = [
        launch(on_machines(job, tables=tables, split=split, masked=["machine"]))[1][-1]
        for split in (
            FOLDS | {"folds": 2},
            FOLDS | {"folds": 3},
            FOLDS,
            BY_MACHINE,
            BY_MACHINE | {"test_fraction": 0.6},
        )
    ]
    ended(few[:1], "“machine” is masked and tells fewer than 20 groups apart")
    assert all(event == few[0] for event in few)
    tables = {"anvil": machines(120, 1, many=60), "borealis": machines(80, 2, many=60)}
    spec = on_machines(job, tables=tables, split=FOLDS | {"folds": 20}, masked=["machine"])
    assert len(plan_of(spec)) == 20


def plan_of(spec: Any) -> list[Any]:
    opened = open_job(catalogue.checked(spec), lambda _: None, ALONE)
    return [fit for fit in opened.fits if fit.series == "together" and fit.fold]


def test_a_split_names_its_field_and_no_other() -> None:
    for wrong in (
        {"kind": "group"},
        {"kind": "group-k-fold"},
        {"kind": "holdout", "group": "m"},
        {"kind": "time", "time": "t", "group": "m"},
    ):
        with pytest.raises(ValueError, match="group"):
            Split.model_validate(wrong)
