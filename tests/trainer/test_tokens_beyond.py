"""Base models whose tokenizer has more tokens than their table: refused where a text becomes one of these."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from transformers import AutoTokenizer

from tests.trainer.bases import base
from tests.trainer.conftest import MakeSpec, launch, reviews
from tests.trainer.test_hidden_words import imported, spec_of
from tests.trainer.test_hostile import failed
from tests.trainer.test_kinds_of_bases import tuned
from trainer.contract import JobSpec
from trainer.predict import Predictor

TABLES = {"anvil": reviews(60, 1), "borealis": reviews(30, 2)}
BASES = ["DistilBertModel", "OPTForCausalLM", "T5ForConditionalGeneration", "MarianMTModel"]
REFUSED = "The base model and its tokenizer do not fit"


def beyond(folder: str, *words: str, **names: str) -> str:
    """The same base model, whose tokenizer gives tokens for those words that its table has not."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.add_tokens(list(words))
    if names:
        tokenizer.add_special_tokens(names)
    tokenizer.save_pretrained(folder)
    known = json.loads(Path(folder, "config.json").read_text())["vocab_size"]
    assert len(tokenizer) > known
    return folder


def tuned_on(job: MakeSpec, kind: str, folder: str) -> JobSpec:
    reads = {"target": "mood"} if kind == "DistilBertModel" else {"target": "answer"}
    return tuned(job, folder, {"method": "last"}, **reads)  # type: ignore[no-any-return]


@pytest.mark.parametrize("kind", BASES)
def test_a_text_of_tokens_that_the_table_has_not_is_refused(job: MakeSpec, tmp_path: Path, kind: str) -> None:
    folder = beyond(base(kind, tmp_path / "base"), "machine was")
    failed(launch(tuned_on(job, kind, folder))[1], "data", REFUSED)


@pytest.mark.parametrize("kind", BASES)
def test_tokens_that_no_text_becomes_do_no_harm(job: MakeSpec, tmp_path: Path, kind: str) -> None:
    """Not even where short rows should be filled up with one: then another token fills them up."""
    spec = tuned_on(job, kind, beyond(base(kind, tmp_path / "base"), "zzz", pad_token="[FILL]"))
    code, events = launch(spec)
    assert code == 0, events[-1]
    assert Predictor(spec.output).predict([{"text": "The machine was calm"}, {"text": "calm"}])


def test_words_are_hidden_by_tokens_that_the_table_has(job: MakeSpec, tmp_path: Path) -> None:
    """One in ten becomes some other token: as many more as the table has here, some would lie beyond it."""
    folder = imported("BertForMaskedLM", tmp_path)
    spec = spec_of(job, beyond(folder, *(f"zzz{place}" for place in range(500))), {"hidden": 0.5})
    code, events = launch(spec)
    assert code == 0, events[-1]


def test_a_hidden_text_of_tokens_that_the_table_has_not_is_refused(job: MakeSpec, tmp_path: Path) -> None:
    failed(launch(spec_of(job, beyond(imported("BertForMaskedLM", tmp_path), "machine was")))[1], "data", REFUSED)


def test_a_question_of_tokens_that_the_table_has_not_is_refused(job: MakeSpec, tmp_path: Path) -> None:
    values: dict[str, Any] = {"target": "answer", "fields": ["text"], "tables": TABLES}
    folder = beyond(base("BertModel", tmp_path / "base"), "machine was")
    spec = job(
        {"hidden_layers": None, "epochs": 1, "length": 32}, recipe="retrieval-qa", base={"path": folder}, **values
    )  # fmt: skip
    failed(launch(spec)[1], "data", REFUSED)
