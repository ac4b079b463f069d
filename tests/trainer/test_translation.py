"""A model that makes one text of another: what it learns, writes, explains and refuses."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tests.trainer.conftest import MakeSpec, launch
from tests.trainer.test_hostile import failed, logs
from tests.trainer.test_resume import hashes, interrupted
from trainer.asking import text_in
from trainer.catalogue import recipe
from trainer.contract import Finished, JobSpec, Started
from trainer.data import tokens
from trainer.predict import Predictor, answer
from trainer.recipes.sequence_to_sequence.program import read
from trainer.sizes import Data, estimate_of

WORDS = {"red": "红", "blue": "蓝", "old": "旧", "new": "新"} | {
    "house": "房子", "ship": "船", "street": "街道", "bread": "面包",
}  # fmt: skip
COLOURS, AGES, THINGS = ["red", "blue"], ["old", "new"], ["house", "ship", "street", "bread"]
SMALL: dict[str, Any] = {
    "hidden_layers": None, "width": 32, "layers": 1, "heads": 2, "vocabulary": 320, "length": 24, "batch_size": 16,
    "dropout": 0.0, "epochs": 1, "written_samples": 4,
}  # fmt: skip


def phrases(rows: int, seed: int) -> pa.Table:
    """“Open the old red ship 17” and what it is in Chinese."""
    random = np.random.default_rng(seed)
    english, chinese = [], []
    for number in random.permutation(100)[:rows].tolist():
        chosen = [str(random.choice(some)) for some in (AGES, COLOURS, THINGS)]
        english.append(f"Open the {' '.join(chosen)} {number}")
        chinese.append(f"打开{number}号的{''.join(WORDS[word] for word in chosen)}")
    return pa.table({"en": english, "zh": chinese})


def spec_of(job: MakeSpec, parameters: dict[str, Any] | None = None, **changes: Any) -> JobSpec:
    usual = {"recipe": "sequence-to-sequence", "target": "zh", "fields": ["en"]}
    usual |= {"tables": {"anvil": phrases(60, 1), "borealis": phrases(40, 2)}}
    return job(SMALL | (parameters or {}), **(usual | changes))


def evaluation(spec: JobSpec) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(spec.output, "evaluation.json").read_bytes())
    return found


def test_bytes_of_texts_are_counted_block_by_block(job: MakeSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = spec_of(job, {"length": 64})
    monkeypatch.setattr("trainer.recipes.sequence_to_sequence.program.ROWS", 7)
    source = read(spec, recipe(spec.recipe).check(spec.parameters), lambda _: None)
    told = [text.encode() for seed, rows in ((1, 60), (2, 40)) for text in phrases(rows, seed)["zh"].to_pylist()]
    assert source.target.values.tolist() == [len(text) for text in told]


@pytest.mark.parametrize("kind", ["bpe", "characters"])
@pytest.mark.parametrize("mark", [tokens.FILL, tokens.END, tokens.UNKNOWN])
def test_texts_that_look_like_marks_are_texts(job: MakeSpec, kind: str, mark: str) -> None:
    content = pa.table({"en": [f"{mark} {place}" for place in range(40)], "zh": [mark] * 40})
    spec = spec_of(job, {"tokenizer": kind}, tables={"anvil": content})
    _, events = launch(spec)
    assert isinstance(events[-1], Finished), events[-1]
    assert "text" in answer(Predictor(spec.output), json.dumps({"rows": [{"text": mark}]}))["predictions"][0]


def test_half_a_letter_is_read_as_a_question_mark() -> None:
    assert text_in({"text": "a\ud83d b"}, ["en"]) == "a? b"


def test_phrases_are_translated(job: MakeSpec) -> None:
    parameters = {"epochs": 50, "learning_rate": 3e-3, "baselines": False, "written_samples": 10}
    spec = spec_of(job, parameters, tables={"anvil": phrases(100, 1), "borealis": phrases(90, 2)})
    code, events = launch(spec)
    assert code == 0, events[-1]
    found = evaluation(spec)
    assert found["overall"]["metrics"]["token_accuracy"]["value"] > 0.8
    assert found["written"]["bleu"] > 60, "by letters, for it is Chinese"
    assert {one["organization"] for one in found["written"]["organizations"]} == {"anvil", "borealis"}
    model = Predictor(spec.output)
    (said,) = model.predict([{"text": "Open the new blue bread 7"}])
    assert {"新", "蓝", "面", "包"} <= set(said["text"])
    (why,) = answer(model, json.dumps({"rows": [{"text": "Open the new blue bread 7"}], "explain": True}))[
        "predictions"
    ]
    weights = {item["text"]: item["weight"] for item in why["reasons"]["tokens"]}
    assert set(weights) == {"Open", "the", "new", "blue", "bread", "7"}
    assert weights["bread"] > 0
    drawn = [{"text": "Open the old ship 7", "temperature": 2.0, "seed": seed} for seed in range(6)]
    assert len({item["text"] for item in model.predict(drawn)}) > 1
    assert model.predict(drawn) == model.predict(drawn)


@pytest.mark.parametrize("kind", ["bpe", "characters"])
def test_it_opens_in_transformers_and_says_the_same(job: MakeSpec, kind: str) -> None:
    spec = spec_of(job, {"tokenizer": kind, "epochs": 5, "baselines": False})
    assert launch(spec)[0] == 0
    example = Path(spec.output, "example.py")
    example.write_text(example.read_text().replace("Your text here.", "Open the new blue bread 7"))
    done = subprocess.run([sys.executable, example.name], cwd=spec.output, check=True, capture_output=True, text=True)
    (said,) = Predictor(spec.output).predict([{"text": "Open the new blue bread 7"}])
    assert done.stdout.strip() == said["text"]


def test_a_translation_resumes_exactly(job: MakeSpec) -> None:
    parameters = {"epochs": 2, "dropout": 0.1, "written_samples": 0}
    _, events = launch(spec_of(job, parameters))
    assert interrupted(lambda p, **more: spec_of(job, p, **more), [3, 7], parameters) == hashes(events)


def test_chinese_letters_stand_for_themselves() -> None:
    texts = [["打开文件", "打开文档", "打开文本", "open the file", "open the files"]]
    known = tokens.learn_filled(texts * 3, "bpe", 400)
    assert len(known.encode("打开").ids) == 3, "two letters and the end"
    assert known.token_to_id(tokens.FILL) == 0
    assert known.decode(known.encode("打开 the 门 file").ids) == "打开 the 门 file"
    assert len(known.encode("open").ids) < 5


def test_a_rare_word_is_no_token(job: MakeSpec) -> None:
    content = phrases(60, 1)
    english = ["Zanzibar is secret", *content["en"].to_pylist()[1:]]
    spec = spec_of(job, tables={"anvil": content.set_column(0, "en", [english])})
    assert launch(spec)[0] == 0
    assert "anzibar" not in Path(spec.output, "tokenizer.json").read_text()


@pytest.mark.parametrize(("pairs", "known"), [(4, False), (5, True)])
def test_a_word_on_both_sides_of_a_masked_pair_counts_once(job: MakeSpec, pairs: int, known: bool) -> None:
    content = phrases(60, 1)
    sides = [
        [f"{'zanzi ' * (row < pairs)}{one}" for row, one in enumerate(content[side].to_pylist())]
        for side in ("en", "zh")
    ]
    told = pa.table(dict(zip(("en", "zh"), sides, strict=True)))
    spec = spec_of(job, {"vocabulary": 1000}, tables={"anvil": told}, masked=("en",))
    assert launch(spec)[0] == 0
    assert ("anzi" in Path(spec.output, "tokenizer.json").read_text()) is known


def test_a_text_that_stands_there_twice_is_on_one_side(job: MakeSpec) -> None:
    content = pa.concat_tables([phrases(60, 1), phrases(60, 1)])
    spec = spec_of(job, tables={"anvil": content})
    assert launch(spec)[0] == 0
    assert evaluation(spec)["repeated"]["rows"] == 0


def test_masked_texts_are_shown_nowhere(job: MakeSpec) -> None:
    spec = spec_of(job)
    inputs = tuple(item.model_copy(update={"viewable": True}) for item in spec.inputs)
    spec = spec.model_copy(update={"inputs": inputs})
    launch(spec)
    assert evaluation(spec)["written"]["examples"]
    launch(spec.model_copy(update={"masked": ("en",)}))
    assert evaluation(spec)["written"]["examples"] == []


def test_pairs_without_one_side_are_left_out(job: MakeSpec) -> None:
    content = phrases(60, 1)
    content = content.set_column(1, "zh", [["", None, " ", *content["zh"].to_pylist()[3:]]])
    _, events = launch(spec_of(job, tables={"anvil": content}))
    assert isinstance(events[-1], Finished), events[-1]
    assert "3 rows of Anvil Steel are left out" in " ".join(logs(events))


@pytest.mark.parametrize(
    ("column", "values", "words"),
    [
        ("zh", [""] * 60, "has both texts"),
        ("en", [None] * 60, ""),
        ("en", list(range(60)), "No field with texts"),
        ("zh", list(range(60)), "holds no text"),
    ],
)
def test_data_that_makes_no_sense_ends_in_a_sentence(job: MakeSpec, column: str, values: list[Any], words: str) -> None:
    content = phrases(60, 1)
    place = content.column_names.index(column)
    _, events = launch(spec_of(job, tables={"anvil": content.set_column(place, column, [values])}))
    failed(events, "data", words)


@pytest.mark.parametrize("word", ["\x00", "\U0001f600", "a" * 100_000, "字" * 3000])
def test_odd_texts_end_in_a_model(job: MakeSpec, word: str) -> None:
    content = phrases(60, 1)
    for place, name in enumerate(("en", "zh")):
        content = content.set_column(place, name, [[f"{text} {word}" for text in content[name].to_pylist()]])
    _, events = launch(spec_of(job, {"baselines": False, "written_samples": 1}, tables={"anvil": content}))
    assert isinstance(events[-1], Finished), events[-1]


@pytest.mark.parametrize("row", [{}, {"text": ""}, {"text": 3}, {"text": "Open", "length": 0}])
def test_nonsense_is_answered_with_a_sentence(job: MakeSpec, row: dict[str, Any]) -> None:
    spec = spec_of(job, {"written_samples": 0, "baselines": False})
    assert launch(spec)[0] == 0
    assert "error" in answer(Predictor(spec.output), json.dumps({"rows": [row]}))


def test_heads_must_share_the_width(job: MakeSpec) -> None:
    _, events = launch(spec_of(job, {"width": 33}))
    failed(events, "spec", "the width must be a multiple of 4")


def test_parameters_are_counted_exactly(job: MakeSpec) -> None:
    spec = spec_of(job, {"vocabulary": 280, "layers": 2})
    _, events = launch(spec)
    known = recipe("sequence-to-sequence")
    found = estimate_of(known, known.check(spec.parameters), Data(rows=100, size=4000))
    assert found is not None
    assert found.parameters == next(event.parameters_count for event in events if isinstance(event, Started))


def test_data_in_files_gives_the_same_bits(job: MakeSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    _, events = launch(spec_of(job))
    monkeypatch.setattr("trainer.data.spill.SHARE", 0.0)
    _, spilled = launch(spec_of(job))
    assert "prepared in files" in " ".join(logs(spilled))
    assert hashes(spilled) == hashes(events)
