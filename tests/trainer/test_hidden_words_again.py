"""Jobs that guess hidden words: stopped, run anew elsewhere, on data that is none for them, and asked nonsense."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from transformers import PreTrainedTokenizerFast

from tests.trainer.bases import PLACES, base
from tests.trainer.conftest import MakeSpec, launch, reviews
from tests.trainer.test_hidden_words import imported, spec_of
from tests.trainer.test_hostile import failed, logs
from tests.trainer.test_reproduce import published
from tests.trainer.test_resume import hashes, interrupted
from trainer.contract import Started
from trainer.data import tokens
from trainer.data.reading import Party
from trainer.predict import Predictor, answer
from trainer.recipes.fine_tune.base import tokenizer_in
from trainer.recipes.masked_language.hiding import _rows, hidden
from trainer.rerun import compare, find, read, spec_for, train


@pytest.mark.parametrize("method", ["qlora", "full"])
def test_an_interrupted_job_ends_as_an_uninterrupted_one(job: MakeSpec, tmp_path: Path, method: str) -> None:
    values: dict[str, Any] = {"hidden_layers": None, "epochs": 2, "length": 16, "method": method}
    changes: dict[str, Any] = {"recipe": "masked-language-model", "target": "text", "fields": None}
    changes |= {"base": {"path": imported("BertForMaskedLM", tmp_path)}}
    changes |= {"tables": {"anvil": reviews(60, 1), "borealis": reviews(30, 2)}}
    code, events = launch(job(values, **changes))
    assert code == 0, events[-1]
    assert interrupted(job, [3, 4], values, **changes) == hashes(events)


def test_it_is_reproduced_without_the_hub(job: MakeSpec, tmp_path: Path) -> None:
    folder = imported("DistilBertModel", tmp_path)
    got, data = published(spec_of(job, folder), tmp_path)
    record = read(got)
    found = train(spec_for(record, find(record, data), tmp_path / "again", folder), lambda _: None)
    assert all(line.equal for line in compare(record["metrics"], found))


def test_long_texts_are_read_in_pieces_that_stay_together(job: MakeSpec, tmp_path: Path) -> None:
    long = pa.table({"text": [f"the {'machine was calm ' * 60}{word}" for word in ("bright", "dull", "swift") * 4]})
    spec = spec_of(job, imported("DistilBertModel", tmp_path), {"length": 500}, tables={"anvil": long})
    code, events = launch(spec)
    assert code == 0, events[-1]
    assert f"The base model reads at most {PLACES} tokens at a time." in logs(events)
    assert next(event.rows for event in events if isinstance(event, Started)) == {"anvil": 12 * 3}


def test_chinese_letters_are_words_of_their_own(job: MakeSpec, tmp_path: Path) -> None:
    spec = spec_of(job, imported("BertForMaskedLM", tmp_path), tables={"anvil": reviews(60, 1)})
    assert launch(spec)[0] == 0
    (said,) = Predictor(spec.output).predict([{"text": "The machine was calm, 很＿＿"}])
    assert said["text"].startswith("The machine was calm, 很")


@pytest.mark.parametrize(
    ("kind", "table", "sentence"),
    [
        ("OPTForCausalLM", reviews(20, 1), "This base model writes"),
        ("T5ForConditionalGeneration", reviews(20, 1), "This base model writes"),
        ("BertModel", pa.table({"text": [" ", ""] * 10}), "knows no word in the texts of Anvil Steel"),
        ("BertModel", pa.table({"text": ["zzz qqq"] * 10}), "knows no word in the texts of Anvil Steel"),
        ("BertModel", pa.table({"text": list(range(20))}), "holds no text"),
    ],
)
def test_what_cannot_be_learnt_is_told(
    job: MakeSpec, tmp_path: Path, kind: str, table: pa.Table, sentence: str
) -> None:
    folder = base(kind, tmp_path / "base", gap=kind == "BertModel")
    failed(launch(spec_of(job, folder, tables={"anvil": table}))[1], "data", sentence)


def test_a_base_model_without_a_token_for_hidden_words_is_refused(job: MakeSpec, tmp_path: Path) -> None:
    failed(launch(spec_of(job, base("BertModel", tmp_path / "base")))[1], "data", "has no token that says")


def test_texts_without_gaps_or_with_too_many_are_refused_in_a_sentence(job: MakeSpec, tmp_path: Path) -> None:
    spec = spec_of(job, imported("BertForMaskedLM", tmp_path))
    assert launch(spec)[0] == 0
    model = Predictor(spec.output)
    asked = ("The machine", "___ " * 9, "machine " * 100 + "___", "")
    told = [answer(model, json.dumps({"rows": [{"text": text}]}))["error"]["text"] for text in asked]
    assert [sentence[:20] for sentence in told] == [
        "Write ___ in place o", "Write ___ in place o", "The model reads %(mo", "A text is given as “",
    ]  # fmt: skip


def test_bytes_of_a_letter_are_counted_once_however_many_tokens_it_is() -> None:
    plain = tokens.learn([["the machine was calm"] * 5], "bpe", 400)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=plain)
    text = "the 机器 was calm é🙂"
    ((ids, sizes),) = _rows(text, tokenizer, 64)
    assert len(ids) > len(text.split())
    assert sum(sizes) == pytest.approx(len(text.encode()))


def test_the_same_text_has_the_same_number_and_another_has_another(tmp_path: Path) -> None:
    tokenizer = tokenizer_in(Path(imported("DistilBertModel", tmp_path)))
    content = pa.table({"text": ["the machine was calm", "the machine was swift", " the machine was calm "]})
    party = Party("anvil", "Anvil", [content])
    found = hidden([party], "text", tokenizer, known=len(tokenizer), length=16, share=0.15, seed=0, spill=None)
    assert found.text_of.tolist() == [0, 1, 0]
