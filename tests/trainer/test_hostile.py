"""Data as people really have it: the job runs, or one sentence says why not."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pytest

from tests.trainer.conftest import MakeSpec, launch, pictures, table
from trainer.contract import Failed, Log, Payload

Tables = dict[str, pa.Table]


def failed(events: list[Payload], kind: str, words: str) -> None:
    end = events[-1]
    assert isinstance(end, Failed), end
    assert end.failure == kind, end
    assert words in end.text % end.params, end


def logs(events: list[Payload]) -> list[str]:
    return [event.text % event.params for event in events if isinstance(event, Log)]


def replaced(content: pa.Table, name: str, values: Any) -> pa.Table:
    column = values if isinstance(values, pa.Array) else pa.array(values, from_pandas=True)
    return content.drop_columns([name]).append_column(name, column) if name in content.column_names else (
        content.append_column(name, column)
    )  # fmt: skip


def evaluation(spec: Any) -> dict[str, Any]:
    return json.loads(Path(spec.output, "evaluation.json").read_text())


def test_organization_with_one_class_has_no_auc_and_a_reason(job: MakeSpec, tables: Tables) -> None:
    tables["anvil"] = replaced(tables["anvil"], "worn", ["yes"] * 80)
    spec = job({"epochs": 20, "learning_rate": 0.05})
    code, _ = launch(spec)
    assert code == 0
    anvil = evaluation(spec)["organizations"][0]
    assert anvil["own"]["together"]["roc_auc"]["value"] is None
    assert "one class" in anvil["own"]["together"]["roc_auc"]["reason"]
    assert anvil["own"]["alone"]["accuracy"]["value"] == 1.0
    assert evaluation(spec)["weighted"]["together"]["roc_auc"] is not None


@pytest.mark.parametrize("kind", ["holdout", "k-fold"])
def test_one_class_everywhere_still_ends(job: MakeSpec, tables: Tables, kind: str) -> None:
    for slug in tables:
        tables[slug] = replaced(tables[slug], "worn", ["yes"] * tables[slug].num_rows)
    code, events = launch(job(split={"kind": kind}))
    assert code == 0, events[-1]


@pytest.mark.parametrize("kind", ["holdout", "k-fold"])
@pytest.mark.parametrize("sizes", [(1, 40), (2, 3)])
def test_tiny_organizations_take_part(job: MakeSpec, kind: str, sizes: tuple[int, int]) -> None:
    tables = {"anvil": table(sizes[0], 1), "borealis": table(sizes[1], 2)}
    code, events = launch(job({"early_stopping": True}, tables=tables, split={"kind": kind}))
    assert code == 0, events[-1]


@pytest.mark.parametrize("kind", ["holdout", "k-fold"])
def test_too_few_rows_are_refused(job: MakeSpec, kind: str) -> None:
    code, events = launch(job(tables={"anvil": table(1, 1), "borealis": table(1, 2)}, split={"kind": kind}))
    assert code == 1
    failed(events, "data", "too few rows")


@pytest.mark.parametrize("scaling", ["standard", "min-max", "none"])
def test_missing_constant_and_infinite_fields_do_no_harm(job: MakeSpec, tables: Tables, scaling: str) -> None:
    rows = tables["anvil"].num_rows
    content = replaced(tables["anvil"], "gone", pa.nulls(rows, pa.float64()))
    content = replaced(content, "same", np.full(rows, 7.0))
    content = replaced(content, "wild", np.where(np.arange(rows) % 5 == 0, np.inf, 1.0 + np.arange(rows)))
    spec = job(
        {"scaling": scaling, "missing_indicators": True},
        tables={"anvil": content},
        fields=["gone", "same", "wild", "heat"],
    )
    code, events = launch(spec)
    assert code == 0, events[-1]
    assert "16 infinite values of “wild” count as missing." in logs(events)


def test_values_beyond_all_bounds_end_with_a_hint(job: MakeSpec, tables: Tables) -> None:
    content = replaced(tables["anvil"], "heat", np.full(80, 1e300))
    code, events = launch(job({"scaling": "none"}, tables={"anvil": content}, fields=["heat"]))
    assert code == 1
    failed(events, "numeric", "infinite or undefined")
    assert isinstance(events[-1], Failed)
    assert events[-1].hint


def test_rows_without_a_target_are_left_out_and_told(job: MakeSpec, tables: Tables) -> None:
    worn = [None if row < 10 else "yes" if row % 2 else "no" for row in range(80)]
    tables["anvil"] = replaced(tables["anvil"], "worn", worn)
    code, events = launch(job())
    assert code == 0
    assert "10 rows of Anvil Steel are left out: their target is missing." in logs(events)


def test_organization_without_any_target_cannot_take_part(job: MakeSpec, tables: Tables) -> None:
    tables["anvil"] = replaced(tables["anvil"], "worn", pa.nulls(80, pa.string()))
    code, events = launch(job())
    assert code == 1
    failed(events, "data", "No row of Anvil Steel has a target.")


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        (lambda row: row % 3, ["0", "1", "2"]),
        (lambda row: float(row % 2), ["0", "1"]),
        (lambda row: row % 2 == 0, ["false", "true"]),
        (lambda row: ["10", "9", "x"][row % 3], ["9", "10", "x"]),
        (lambda row: ["是", "否"][row % 2], ["否", "是"]),
    ],
)
def test_labels_may_be_of_any_type(job: MakeSpec, tables: Tables, values: Any, labels: list[str]) -> None:
    for slug, content in tables.items():
        tables[slug] = replaced(content, "worn", [values(row) for row in range(content.num_rows)])
    spec = job()
    code, events = launch(spec)
    assert code == 0, events[-1]
    assert evaluation(spec)["confusion"]["labels"] == labels


def test_labels_of_different_types_are_the_same_labels(job: MakeSpec, tables: Tables) -> None:
    tables["anvil"] = replaced(tables["anvil"], "worn", [row % 2 for row in range(80)])
    tables["borealis"] = replaced(tables["borealis"], "worn", [str(row % 2) for row in range(60)])
    spec = job({"task": "classification"})
    code, _ = launch(spec)
    assert code == 0
    assert evaluation(spec)["confusion"]["labels"] == ["0", "1"]


def test_number_becomes_two_classes(job: MakeSpec) -> None:
    spec = job({"positive_above": 50.0}, target="life")
    launch(spec)
    assert evaluation(spec)["confusion"]["labels"] == ["≤ 50", "> 50"]


@pytest.mark.parametrize(
    ("parameters", "target", "words"),
    [
        ({"task": "regression"}, "worn", "Regression needs a target of numbers"),
        ({"positive_above": 1.0}, "worn", "needs a target of numbers"),
        ({"loss": "mse"}, "worn", "trained with cross-entropy"),
        ({"loss": "cross-entropy"}, "life", "needs a target of categories"),
    ],
)
def test_task_that_does_not_fit_the_target_is_refused(
    job: MakeSpec, parameters: dict[str, Any], target: str, words: str
) -> None:
    code, events = launch(job(parameters, target=target))
    assert code == 1
    failed(events, "spec", words)


def test_fields_that_name_rows_or_hold_dates_are_left_out(job: MakeSpec, tables: Tables) -> None:
    for slug, content in tables.items():
        rows = content.num_rows
        named = replaced(content, "serial", [f"{slug}-{row}" for row in range(rows)])
        tables[slug] = replaced(named, "made", [datetime.date(2026, 1, 1)] * rows)
    code, events = launch(job(fields=None))
    assert code == 0
    told = "\n".join(logs(events))
    assert "“serial” is left out: 140 different texts" in told
    assert "“made” is left out: dates" in told


def test_no_usable_field_is_refused(job: MakeSpec, tables: Tables) -> None:
    content = replaced(tables["anvil"], "made", [datetime.date(2026, 1, 1)] * 80)
    code, events = launch(job(tables={"anvil": content}, fields=["made"]))
    assert code == 1
    failed(events, "data", "No field is left")


def test_fields_that_not_all_have_are_left_out_unless_chosen(job: MakeSpec, tables: Tables) -> None:
    tables["anvil"] = replaced(tables["anvil"], "extra", np.arange(80.0))
    _, events = launch(job(fields=None))
    assert "The field “extra” is left out: not every organization has it." in logs(events)
    code, events = launch(job(fields=["heat", "extra"]))
    assert code == 0
    code, events = launch(job(fields=["heat", "nowhere"]))
    failed(events, "data", "No organization's data has the field “nowhere”.")


def test_numbers_written_as_text_meet_numbers(job: MakeSpec, tables: Tables) -> None:
    tables["borealis"] = replaced(tables["borealis"], "load", [str(row / 7) for row in range(60)])
    spec = job()
    code, _ = launch(spec)
    assert code == 0
    fields = json.loads(Path(spec.output, "preprocessing.json").read_text())["fields"]
    assert {field["name"]: field["kind"] for field in fields} == {
        "heat": "number",
        "load": "number",
        "line": "category",
    }


def test_organization_in_several_files_and_csv(job: MakeSpec, tables: Tables, tmp_path: Path) -> None:
    spec = job()
    path = tmp_path / "more.csv"
    pa_csv.write_csv(table(30, 5), path)
    more = [
        *spec.model_dump()["inputs"],
        {"organization": "anvil", "organization_name": "Anvil Steel", "path": str(path)},
    ]
    spec = spec.model_validate(spec.model_dump() | {"inputs": more})
    code, events = launch(spec)
    assert code == 0, events[-1]
    assert sum(item["rows"]["train"] + item["rows"]["test"] for item in evaluation(spec)["organizations"]) == 170


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"PAR1 nonsense PAR1", "cannot be read"), (b"", "cannot be read"), (None, "is not there")],
)
def test_unreadable_file_is_named(job: MakeSpec, tmp_path: Path, content: bytes | None, words: str) -> None:
    spec = job()
    path = tmp_path / "anvil.parquet"
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    code, events = launch(spec)
    assert code == 1
    failed(events, "data", "anvil.parquet")
    failed(events, "data", words)


def test_missing_target_field_and_empty_table_are_refused(job: MakeSpec, tables: Tables) -> None:
    _, events = launch(job(target="nothing", fields=None))
    failed(events, "data", "has no field “nothing”")
    tables["anvil"] = tables["anvil"].slice(0, 0)
    _, events = launch(job())
    failed(events, "data", "The data of Anvil Steel is empty.")


def test_pixels_that_make_no_square_are_refused(job: MakeSpec) -> None:
    tables = {"anvil": pictures(20, 1).drop_columns(["p0"])}
    _, events = launch(job(recipe="image-classification", tables=tables, target="shape", fields=None))
    failed(events, "data", "63 pixel fields make no square picture.")


def test_missing_pixels_are_black_and_other_fields_left_out(job: MakeSpec) -> None:
    content = replaced(pictures(40, 1), "note", ["x"] * 40)
    content = replaced(content, "p3", pa.array([None] + [5.0] * 39))
    spec = job(
        {"network": "mlp"}, recipe="image-classification", tables={"anvil": content}, target="shape", fields=None
    )
    code, events = launch(spec)
    assert code == 0, events[-1]
    assert "Missing pixels are read as black." in logs(events)
    assert "The field “note” is left out: it holds no pixels." in logs(events)


def test_too_many_convolutions_for_small_pictures(job: MakeSpec) -> None:
    parameters = {"network": "cnn", "channels": [2, 2, 2, 2]}
    tables = {"anvil": pictures(20, 1)}
    _, events = launch(job(parameters, recipe="image-classification", tables=tables, target="shape", fields=None))
    failed(events, "spec", "too small for 4 convolutions")


def test_unexpected_error_is_told_with_its_trace(job: MakeSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trainer.loop.judge", lambda job: 1 / 0)
    code, events = launch(job())
    assert code == 1
    failed(events, "internal", "ZeroDivisionError")
    assert any(
        isinstance(event, Log) and event.level == "debug" and "Traceback" in str(event.params) for event in events
    )


def test_failed_allocation_is_a_memory_failure(job: MakeSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    def greedy(job: Any) -> None:
        raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 1 bytes")

    monkeypatch.setattr("trainer.loop.judge", greedy)
    _, events = launch(job())
    failed(events, "memory", "more memory")
