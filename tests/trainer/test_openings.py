"""Who receives a model that writes on or guesses words finds words to try it with, unless the data's terms forbid."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tests.trainer.bases import base
from tests.trainer.conftest import MakeSpec, reviews
from tests.trainer.test_evaluation_parts import evaluation_of, viewable
from tests.trainer.test_hidden_words import imported
from trainer.data.beginnings import GAP, beginning, gapped
from trainer.data.reading import Party
from trainer.data.target import Target
from trainer.evaluation.openings import openings
from trainer.predict import Predictor

STORY = "The old mill stood by the river. Nobody had worked in it for many years. "
TABLES = {
    "anvil": pa.table({"text": [f"{STORY * 3}It was number {row}." for row in range(40)]}),
    "borealis": pa.table({"text": [f"很久以前，山下有一座磨坊。第{row}年没有人在那里工作。" * 3 for row in range(40)]}),
}
SMALL = {"hidden_layers": None, "epochs": 1, "width": 16, "layers": 1, "heads": 2, "vocabulary": 300, "context": 16}


def tried(spec: Any) -> list[str]:
    return [one["values"]["text"] for one in evaluation_of(spec).get("samples", [])]


@pytest.mark.parametrize("tokenizer", ["bpe", "characters"])
def test_a_language_model_is_begun_for_with_held_out_words(job: MakeSpec, tokenizer: str) -> None:
    small = SMALL | {"tokenizer": tokenizer, "context": 64}
    spec = job(small, recipe="language-model", target="text", fields=None, tables=TABLES)
    found = tried(viewable(spec, "anvil", "borealis"))
    assert 2 <= len(found) <= 5
    whole = {name: "\n".join(table["text"].to_pylist()) for name, table in TABLES.items()}
    assert all(any(text in content for content in whole.values()) for text in found)
    assert all(any(text in content for text in found) for content in whole.values())  # something of each
    said = Predictor(spec.output).predict([{"text": text, "length": 4} for text in found])
    assert all(isinstance(one["text"], str) for one in said)
    assert all(text in whole["anvil"] for text in tried(viewable(spec, "anvil")))
    assert tried(viewable(spec)) == tried(viewable(spec, "anvil").model_copy(update={"masked": ("text",)})) == []


def test_of_hidden_words_a_sample_has_a_gap(job: MakeSpec, tmp_path: Path) -> None:
    small = {"hidden_layers": None, "epochs": 1, "length": 32, "learning_rate": 5e-3}
    tables = {"anvil": reviews(60, 1), "borealis": reviews(30, 2)}
    spec = job(
        small, recipe="masked-language-model", target="text", fields=None, tables=tables,
        base={"path": imported("BertForMaskedLM", tmp_path)},
    )  # fmt: skip
    found = tried(viewable(spec, "anvil", "borealis"))
    assert found
    assert all(text.count(GAP) == 1 for text in found)
    assert all("[" not in text for text in found)
    said = Predictor(spec.output).predict([{"text": text} for text in found])
    assert [len(one["guesses"]) for one in said] == [1] * len(found)
    assert tried(viewable(spec)) == tried(viewable(spec, "anvil").model_copy(update={"masked": ("text",)})) == []


def test_a_tuned_writer_gets_questions_or_beginnings(job: MakeSpec, tmp_path: Path) -> None:
    small = {"hidden_layers": None, "epochs": 1, "length": 32, "written_samples": 0}
    folder = {"path": base("OPTForCausalLM", tmp_path / "base")}
    spec = job(small, recipe="fine-tune", target="text", fields=None, tables={"anvil": TABLES["anvil"]}, base=folder)
    assert tried(viewable(spec, "anvil")) == [beginning(STORY * 3)]  # all begin with the same words
    spec = job(
        small, recipe="fine-tune", target="answer", fields=["text"], tables={"anvil": reviews(60, 1)}, base=folder
    )
    found = tried(viewable(spec, "anvil"))
    assert set(found) <= set(reviews(60, 1)["text"].to_pylist())
    assert len(found) == 5


def test_a_chat_of_several_turns_is_begun_as_its_person_began_it(job: MakeSpec, tmp_path: Path) -> None:
    """Not with an answer, which nobody would ask."""
    turns = [
        ("user", "My parcel {} is late"),
        ("assistant", "Sorry."),
        ("user", "Where is it?"),
        ("assistant", "Here."),
    ]
    chats = [json.dumps([{"role": role, "content": said.format(row)} for role, said in turns]) for row in range(40)]
    small = {"hidden_layers": None, "epochs": 1, "length": 32}
    spec = job(
        small, recipe="fine-tune", target="text", fields=None, tables={"anvil": pa.table({"text": chats})},
        base={"path": base("OPTForCausalLM", tmp_path / "base")},
    )  # fmt: skip
    found = tried(viewable(spec, "anvil"))
    assert len(found) == 5
    assert all(re.fullmatch(r"My parcel \d+ is late", text) for text in found)


def test_a_translator_gets_texts_to_translate(job: MakeSpec) -> None:
    small = {"hidden_layers": None, "epochs": 1, "width": 16, "layers": 1, "heads": 2, "vocabulary": 300}
    tables = {"anvil": reviews(60, 1)}
    spec = job(
        small | {"written_samples": 0}, recipe="sequence-to-sequence", target="answer", fields=["text"], tables=tables
    )
    found = tried(viewable(spec, "anvil"))
    assert found
    assert set(found) <= set(tables["anvil"]["text"].to_pylist())


def test_texts_are_of_anywhere_and_of_who_has_few_rows_too(job: MakeSpec) -> None:
    """Held-out rows stand organization by organization, and neighbours are of one novel."""

    class Texts:
        owner = np.repeat([0, 1, 2], [5000, 3, 4997])
        parties = [Party(slug, slug, []) for slug in ("anvil", "borealis", "cobalt")]
        target = Target("language", [], np.zeros(10_000))

        def quoted(self, row: int) -> str:
            return str(row)

    source: Any = Texts()
    spec = viewable(job(tables=dict.fromkeys(("anvil", "borealis", "cobalt"), TABLES["anvil"])), "anvil", "borealis")
    found = [int(one["values"]["text"]) for one in openings(source, spec, np.arange(10_000))["samples"]]
    anvils = sorted(row for row in found if row < 5000)
    assert len(found) == 5
    assert len(anvils) == 3
    assert max(found) < 5003
    assert anvils[-1] - anvils[0] > 1000


@pytest.mark.parametrize(
    ("text", "begun"),
    [
        (f"half of it. {STORY}", "The old mill stood by the river. Nobody had worked in it for"),
        ("alf a word and no end of a sentence that goes on and on without any pause", "a word and no end of a sentence "
         "that goes on and on without"),
        ("剩下的半句。" + "今天天气很好，我们去公园。" * 6, "今天天气很好，我们去公园。" * 4 + "今天天气很好，我"),
        ("x" * 100, "x" * 60),
        ("", ""),
    ],
)  # fmt: skip
def test_what_is_cut_out_of_a_text_begins_with_a_sentence_and_ends_with_a_word(text: str, begun: str) -> None:
    assert beginning(text, cut=True) == begun


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("The machine was slow today", "The machine was ___ today"),
        ("今天天气很好", "今天天___很好"),
        ("yes no", ""),
        ("", ""),
    ],
)
def test_one_word_of_a_text_is_left_out(text: str, shown: str) -> None:
    assert gapped(text) == shown
