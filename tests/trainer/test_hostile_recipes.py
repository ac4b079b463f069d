"""What no recipe may stumble over: parameters, labels, texts, pictures and base models that make no sense."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from tests.trainer.bases import base as base_of
from tests.trainer.conftest import MakeSpec, launch, pictures, reviews, table
from tests.trainer.test_hostile import failed, replaced
from trainer.catalogue import recipes
from trainer.contract import Failed, Finished, JobSpec

SMALL_GPT = {"width": 16, "layers": 1, "heads": 2, "context": 16, "vocabulary": 300, "batch_size": 8}
CASES: dict[str, dict[str, Any]] = {
    "tabular": {"target": "worn"},
    "image-classification": {"target": "shape", "fields": None},
    "text-classification": {"target": "mood", "fields": ["text"]},
    "language-model": {"target": "text", "fields": None},
    "fine-tune": {"target": "answer", "fields": ["text"]},
    "sequence-to-sequence": {"target": "answer", "fields": ["text"]},
    "retrieval-qa": {"target": "answer", "fields": ["text"]},
    "masked-language-model": {"target": "text", "fields": None},
}
SMALL: dict[str, dict[str, Any]] = {
    "language-model": SMALL_GPT,
    "sequence-to-sequence": {"width": 16, "layers": 1, "heads": 2, "length": 16, "vocabulary": 300, "batch_size": 8}
    | {"written_samples": 4},
    "fine-tune": {"length": 16},
    "retrieval-qa": {"length": 16, "batch_size": 8},
    "masked-language-model": {"length": 16},
}
DATA = {"tabular": table, "image-classification": pictures}
WITH_LABELS = ["tabular", "image-classification", "text-classification"]
WITH_BASE = ["fine-tune", "retrieval-qa", "masked-language-model"]
ON_TEXTS = ["text-classification", "language-model", "sequence-to-sequence", *WITH_BASE]


@pytest.fixture
def of(job: MakeSpec, request: pytest.FixtureRequest, tmp_path: Path) -> MakeSpec:
    """A small job of that recipe; keywords change it."""

    def make(recipe: str, parameters: dict[str, Any] | None = None, **changes: Any) -> JobSpec:
        base = request.getfixturevalue("small_base") if recipe == "fine-tune" else None
        if recipe in WITH_BASE[1:]:
            base = base_of("DistilBertModel", tmp_path / "reader", gap=recipe != "retrieval-qa")
        data = DATA.get(recipe, reviews)
        values = {"recipe": recipe, "tables": {"anvil": data(60, 1), "borealis": data(40, 2)}} | CASES[recipe]
        values |= {"base": {"path": base}} if base else {}
        small = {"epochs": 1, "hidden_layers": [8] if recipe in DATA else None} | SMALL.get(recipe, {})
        return job(small | (parameters or {}), **(values | changes))

    return make


def ended(events: list[Any], words: str) -> None:
    """With a sentence that says these words, and never as somebody's mistake."""
    end = events[-1]
    assert isinstance(end, Failed), end
    assert end.failure != "internal", end.params
    assert words in end.text % end.params, end


@pytest.mark.parametrize("recipe", [one.name for one in recipes()])
@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"learning_rate": 0}, "“Learning rate” must be greater than 0"),
        ({"learning_rate": float("nan")}, "“Learning rate” must be"),
        ({"learning_rate": float("inf")}, "“Learning rate” must be"),
        ({"learning_rate": "fast"}, "“Learning rate” must be a number"),
        ({"epochs": "many"}, "“Epochs” must be a whole number"),
        ({"epochs": 10**12}, "“Epochs” must be at most 10000"),
        ({"batch_size": -1}, "“Batch size” must be at least 1"),
        ({"batch_size": 2.5}, "“Batch size” must be a whole number"),
        ({"early_stopping": "perhaps"}, "“Early stopping” must be yes or no"),
        ({"optimizer": "magic"}, "“Optimizer” must be one of"),
        ({"colour_of_hair": 1}, "“colour_of_hair” is not a parameter of this recipe"),
    ],
)
def test_parameters_that_make_no_sense(job: MakeSpec, recipe: str, parameters: dict[str, Any], words: str) -> None:
    spec = job(parameters | {"hidden_layers": None}, recipe=recipe, base={"path": "nowhere"})
    _, events = launch(spec)
    ended(events, words)


@pytest.mark.parametrize("recipe", CASES)
def test_a_learning_rate_beyond_all_bounds_ends_in_a_sentence_or_a_model(of: MakeSpec, recipe: str) -> None:
    _, events = launch(of(recipe, {"learning_rate": 10.0, "optimizer": "sgd", "gradient_clip": 0.0, "epochs": 3}))
    if isinstance(events[-1], Failed):
        ended(events, "infinite or undefined")
    else:
        assert isinstance(events[-1], Finished)


@pytest.mark.parametrize("recipe", CASES)
def test_an_organization_with_one_row_takes_part_or_is_told(of: MakeSpec, recipe: str) -> None:
    data = DATA.get(recipe, reviews)
    _, events = launch(of(recipe, tables={"anvil": data(1, 1), "borealis": data(40, 2)}))
    if isinstance(events[-1], Failed):
        ended(events, "")
    else:
        assert isinstance(events[-1], Finished)


@pytest.mark.parametrize("recipe", CASES)
def test_nothing_to_judge_by_is_told(of: MakeSpec, recipe: str) -> None:
    data = DATA.get(recipe, reviews)
    longer = {"context": 32} if recipe == "language-model" else {}
    _, events = launch(of(recipe, longer, tables={"anvil": data(1, 1)}))
    ended(events, "too few rows")


@pytest.mark.parametrize("recipe", CASES)
def test_an_empty_file_is_told(of: MakeSpec, recipe: str) -> None:
    data = DATA.get(recipe, reviews)
    _, events = launch(of(recipe, tables={"anvil": data(40, 1).slice(0, 0), "borealis": data(40, 2)}))
    ended(events, "The data of Anvil Steel is empty.")


@pytest.mark.parametrize("recipe", WITH_LABELS)
def test_one_class_everywhere_ends(of: MakeSpec, recipe: str) -> None:
    target = CASES[recipe]["target"]
    content = replaced(DATA.get(recipe, reviews)(60, 1), target, ["same"] * 60)
    _, events = launch(of(recipe, tables={"anvil": content}))
    assert isinstance(events[-1], Finished), events[-1]


@pytest.mark.parametrize("recipe", WITH_LABELS)
def test_a_million_classes_are_too_many(of: MakeSpec, recipe: str) -> None:
    spec = of(recipe)
    rows, fields = 1_000_000, [name for name in spec.fields or () if name != "line"]
    one = pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), ["a word"]).dictionary_decode()
    columns = {name: one if name == "text" else pa.array(np.zeros(rows, np.uint8)) for name in fields or ["p0"]}
    labels = pa.array(np.arange(rows)).cast(pa.string())
    pq.write_table(pa.table({**columns, spec.target: labels}), spec.inputs[0].path)
    spec = spec.model_copy(update={"inputs": spec.inputs[:1], "fields": tuple(fields) or None})
    _, events = launch(spec)
    ended(events, "different values; a classification takes at most 1000" if recipe != "image-classification" else "")


@pytest.mark.parametrize("recipe", WITH_LABELS)
def test_labels_that_are_no_labels(of: MakeSpec, recipe: str) -> None:
    target = CASES[recipe]["target"]
    content = DATA.get(recipe, reviews)(60, 1)
    _, events = launch(of(recipe, tables={"anvil": replaced(content, target, pa.nulls(60, pa.string()))}))
    ended(events, "No row of Anvil Steel has a target.")
    _, events = launch(of(recipe, tables={"anvil": replaced(content, target, pa.array([[1, 2]] * 60))}))
    ended(events, "holds neither numbers nor categories")


@pytest.mark.parametrize("recipe", ["tabular", "image-classification"])
def test_nothing_but_undefined_numbers(of: MakeSpec, recipe: str) -> None:
    content = DATA[recipe](60, 1)
    for name in content.column_names:
        if name not in ("worn", "shape", "line"):
            content = replaced(content, name, pa.array(np.full(60, np.nan)))
    _, events = launch(of(recipe, tables={"anvil": content}))
    assert isinstance(events[-1], Finished), events[-1]


def png(side: int = 9) -> bytes:
    held = io.BytesIO()
    Image.fromarray(np.arange(side * side, dtype=np.uint8).reshape(side, side)).save(held, "PNG")
    return held.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"", b"no picture", png()[:40], png()[:-30], b"GIF89a", b"\xff\xd8\xff\xe0",
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 40, b"RIFF\x00\x00\x00\x00WEBPVP8 ", b"II*\x00\x08\x00\x00\x00", b"<svg/>",
    ],
)  # fmt: skip
def test_an_image_that_is_none_is_told_by_its_row(of: MakeSpec, content: bytes) -> None:
    cells = [png()] * 30 + [content] + [png()] * 9
    data = pa.table({"picture": pa.array(cells, pa.binary()), "shape": ["a", "b"] * 20})
    _, events = launch(of("image-classification", {"side": 8}, tables={"anvil": data}, fields=["picture"]))
    ended(events, "Row 31 holds no readable picture")


@pytest.mark.parametrize("recipe", ON_TEXTS)
def test_texts_that_are_all_empty(of: MakeSpec, recipe: str) -> None:
    content = reviews(40, 1)
    for name in {"text", CASES[recipe]["target"]} - {"mood"}:
        content = replaced(content, name, ["", "  ", None, "\n"] * 10)
    _, events = launch(of(recipe, tables={"anvil": content}))
    ended(events, "")


@pytest.mark.parametrize("recipe", ON_TEXTS)
def test_a_single_empty_text_does_no_harm(of: MakeSpec, recipe: str) -> None:
    content = reviews(40, 1)
    for name in {"text", CASES[recipe]["target"]} - {"mood"}:
        content = replaced(content, name, ["", None, *content[name].to_pylist()[2:]])
    _, events = launch(of(recipe, tables={"anvil": content, "borealis": reviews(40, 2)}))
    assert isinstance(events[-1], Finished), events[-1]


@pytest.mark.parametrize("recipe", ON_TEXTS)
@pytest.mark.parametrize("word", ["word", "字", "\x00", "\U0001f600", "...", "a" * 100_000])
def test_a_corpus_of_one_word_ends_in_a_sentence_or_a_model(of: MakeSpec, recipe: str, word: str) -> None:
    content = reviews(40, 1)
    for name in {"text", CASES[recipe]["target"]} - {"mood"}:
        content = replaced(content, name, [word] * 40)
    _, events = launch(of(recipe, tables={"anvil": content}))
    if isinstance(events[-1], Failed):
        ended(events, "")
    else:
        assert isinstance(events[-1], Finished)


@pytest.mark.parametrize("recipe", ON_TEXTS)
def test_numbers_where_texts_should_be(of: MakeSpec, recipe: str) -> None:
    content = reviews(40, 1)
    for name in {"text", CASES[recipe]["target"]} - {"mood"}:
        content = replaced(content, name, list(range(40)))
    _, events = launch(of(recipe, tables={"anvil": content}))
    ended(events, "question" if recipe == "retrieval-qa" else "text")


def no_folder(base: Path) -> None:
    shutil.rmtree(base)


def no_configuration(base: Path) -> None:
    (base / "config.json").unlink()


def no_json(base: Path) -> None:
    (base / "config.json").write_text("{")


def unknown_kind(base: Path) -> None:
    (base / "config.json").write_text(json.dumps({"model_type": "abacus", "architectures": ["AbacusForCausalLM"]}))


def no_weights(base: Path) -> None:
    (base / "model.safetensors").unlink()


def cut_weights(base: Path) -> None:
    path = base / "model.safetensors"
    path.write_bytes(path.read_bytes()[:200])


def other_shape(base: Path) -> None:
    config = json.loads((base / "config.json").read_text())
    other = {"hidden_size": 64, "intermediate_size": 64}
    (base / "config.json").write_text(json.dumps(config | other))


def no_tokenizer(base: Path) -> None:
    (base / "tokenizer.json").write_text("[]")


@pytest.mark.parametrize(
    "spoil",
    [no_folder, no_configuration, no_json, unknown_kind, no_weights, cut_weights, other_shape, no_tokenizer],
)
@pytest.mark.parametrize("recipe", WITH_BASE)
def test_a_base_model_that_is_none(of: MakeSpec, recipe: str, spoil: Any) -> None:
    spec = of(recipe)
    assert spec.base is not None
    spoil(Path(spec.base.path))
    _, events = launch(spec)
    failed(events, "data", "The base model cannot be read")
