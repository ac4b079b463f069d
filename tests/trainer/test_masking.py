"""Of a masked field, neither a log, nor a failure, nor a file made for people quotes a value."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tests.trainer.conftest import MakeSpec, launch
from trainer.contract import Failed
from trainer.data import reading

VALUE = "Zhang San"


def made(spec: Any) -> dict[str, dict[str, Any]]:
    """The published fields of a run, by name."""
    code, _events = launch(spec)
    assert code == 0
    fields = json.loads((Path(spec.output) / "preprocessing.json").read_text())["fields"]
    return {field["name"]: field for field in fields}


def test_a_masked_field_has_no_usual_value(job: MakeSpec):
    spec = job(masked=["line", "heat"])
    fields = made(spec)
    assert fields["line"]["masked"]
    assert "typical" not in fields["line"]
    assert not {"low", "high"} & set(fields["heat"])
    assert {"low", "high"} <= set(fields["load"])
    example = (Path(spec.output) / "example.py").read_text()
    assert "'line': None" in example
    assert "'heat': None" in example
    assert "'load': None" not in example


def test_masking_changes_nothing_that_is_learnt(job: MakeSpec, tmp_path: Path):
    made(job(output=str(tmp_path / "a")))
    made(job(output=str(tmp_path / "b"), masked=["line"]))
    weights = [(tmp_path / name / "model.safetensors").read_bytes() for name in "ab"]
    assert weights[0] == weights[1]


def test_an_unexpected_error_quotes_no_value(job: MakeSpec, monkeypatch: pytest.MonkeyPatch):
    def fails(*_things: Any, **_others: Any) -> None:
        raise KeyError(VALUE)

    monkeypatch.setattr("trainer.main.train", fails)
    told = launch(job(masked=["line"]))[1]
    assert isinstance(told[-1], Failed)
    assert VALUE not in json.dumps([one.model_dump(mode="json") for one in told])
    assert VALUE in json.dumps([one.model_dump(mode="json") for one in launch(job())[1]])


def test_a_file_that_cannot_be_read_quotes_no_value(job: MakeSpec, monkeypatch: pytest.MonkeyPatch):
    def fails(*_things: Any, **_others: Any) -> None:
        raise pa.ArrowInvalid(f"invalid value '{VALUE}'")

    monkeypatch.setattr(reading.pq, "ParquetFile", fails)
    told = launch(job(masked=["line"]))[1]
    assert isinstance(told[-1], Failed)
    assert VALUE not in json.dumps([one.model_dump(mode="json") for one in told])


def test_a_masked_target_has_no_points(job: MakeSpec):
    spec = job(target="life", masked=["life"])
    assert launch(spec)[0] == 0
    found = json.loads((Path(spec.output) / "evaluation.json").read_text())
    assert found["residuals"]["points"] == found["residuals"]["means"] == []
    assert sum(found["residuals"]["histogram"]["counts"]) == found["overall"]["rows"]
    assert launch(open_to_all := job(target="life", output=f"{spec.output}-open"))[0] == 0
    assert json.loads((Path(open_to_all.output) / "evaluation.json").read_text())["residuals"]["means"]


def test_a_masked_field_has_no_smallest_and_no_largest_value(job: MakeSpec, tables: dict[str, pa.Table]):
    def all_of(name: str) -> list[float]:
        return [value for content in tables.values() for value in content[name].to_pylist() if value is not None]

    chosen = {"scaling": "min-max", "imputing": "most-frequent"}
    fields = made(job(chosen, masked=["load"], fields=["heat", "load"], split={"validation_fraction": 0.0}))
    load, heat = fields["load"], fields["heat"]
    assert not {load["center"], load["center"] + load["scale"]} & set(all_of("load"))
    assert min(all_of("load")) < load["fill"] < max(all_of("load"))
    assert heat["center"] in all_of("heat")
