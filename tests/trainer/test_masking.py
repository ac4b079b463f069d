"""Of a masked field, neither a log, nor a failure, nor a file made for people quotes a value."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tests.trainer.bases import base
from tests.trainer.conftest import MakeSpec, launch, reviews
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


RARE, COMMON = "zhangsan", "anvilworks"


def texts() -> pa.Table:
    """A name stands in four texts, beside another word each time; another stands in most."""
    plain = reviews(60, 1)["text"].to_pylist()
    found = [f"{RARE if row < 4 else COMMON} {text}" for row, text in enumerate(plain)]
    return reviews(60, 1).set_column(0, "text", [found])


def left_by(spec: Any) -> tuple[str, dict[str, bytes]]:
    """What a run says, and its files."""
    code, events = launch(spec)
    assert code == 0, events[-1]
    files = {str(path): path.read_bytes() for path in Path(spec.output).rglob("*") if path.is_file()}
    return json.dumps([event.model_dump(mode="json") for event in events]), files


@pytest.mark.parametrize("parameters", [{"rare_below": 1}, {}, {"network": "cnn"}])
def test_rare_words_of_a_masked_text_do_not_travel(job: MakeSpec, parameters: dict[str, Any]):
    values = {"recipe": "text-classification", "target": "mood", "fields": ["text"], "tables": {"anvil": texts()}}
    wanted = job(parameters | {"hidden_layers": None}, **values)
    known = json.loads(left_by(wanted)[1][f"{wanted.output}/preprocessing.json"])["terms"]
    assert {RARE, COMMON} <= set(known)
    masked = wanted.model_copy(update={"masked": ("text",), "output": f"{wanted.output}-masked"})
    said, files = left_by(masked)
    assert "only words that stand in at least %(count)s texts are read" in said
    assert RARE not in said
    assert [name for name, content in files.items() if RARE.encode() in content or b"~<zha" in content] == []
    assert COMMON in json.loads(files[f"{masked.output}/preprocessing.json"])["terms"]
    assert COMMON.encode() not in files[f"{masked.output}/example.py"]


@pytest.mark.parametrize(("kind", "target"), [("DistilBertModel", "mood"), ("OPTForCausalLM", "answer")])
def test_of_a_masked_text_a_tuned_model_quotes_nothing(job: MakeSpec, tmp_path: Path, kind: str, target: str):
    spec = job(
        {"hidden_layers": None, "length": 32}, recipe="fine-tune", base={"path": base(kind, tmp_path / "base")},
        target=target, fields=["text"], tables={"anvil": texts()}, masked=["text"],
    )  # fmt: skip
    spec = spec.model_copy(update={"inputs": tuple(one.model_copy(update={"viewable": True}) for one in spec.inputs)})
    said, files = left_by(spec)
    for word in (RARE, COMMON):
        assert word not in said
        assert [name for name, content in files.items() if word.encode() in content] == []


@pytest.mark.parametrize("tokenizer", ["bpe", "characters"])
@pytest.mark.parametrize("recipe", ["language-model", "sequence-to-sequence"])
def test_rare_words_of_a_masked_text_are_no_tokens(job: MakeSpec, recipe: str, tokenizer: str):
    """A name stands three times in one text and once in three others; what stands in most texts may be a token."""
    content = texts()
    found = content["text"].to_pylist()
    found[0] = f"{RARE}, {RARE}; {RARE}-Ω {found[0]}"
    content = content.set_column(0, "text", [found])
    small = {"width": 16, "layers": 1, "heads": 2, "vocabulary": 400, "epochs": 1, "tokenizer": tokenizer}
    small |= {"context": 16} if recipe == "language-model" else {"written_samples": 0}
    writes = (
        {"target": "text", "fields": None} if recipe == "language-model" else {"target": "answer", "fields": ["text"]}
    )
    for masked in ((), ("text",)):
        spec = job(small | {"hidden_layers": None}, recipe=recipe, tables={"anvil": content}, masked=masked, **writes)
        code, events = launch(spec)
        assert code == 0, events[-1]
        known = json.loads(Path(spec.output, "tokenizer.json").read_text())["model"]["vocab"]
        pieces = {piece.strip("Ġ") for piece in known}
        assert (RARE in pieces) == (tokenizer == "bpe" and not masked)
        assert (COMMON in pieces) == (tokenizer == "bpe")
        assert ("Ω" in pieces) == (tokenizer == "characters" and not masked)
        assert "a" in pieces
