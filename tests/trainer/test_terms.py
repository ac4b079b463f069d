"""What is read of a text, which terms are kept, and how much each tells."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from tests.trainer.conftest import MakeSpec, launch, reviews
from trainer.data.spill import Spill
from trainer.data.texts import words_of
from trainer.predict import Predictor
from trainer.recipes.text_classification import corpus as reading
from trainer.recipes.text_classification.corpus import Reader
from trainer.recipes.text_classification.vocabulary import Reading, learn, telling

TEXTS = {"text": ["a swift, kind machine", "机器很快！", "kindness"]}


@pytest.mark.parametrize("text", ["a lovely day :) 很好", "", "x", "ab abc abcd", "a" * 33])
@pytest.mark.parametrize("pieces", [0, 1, 4])
def test_every_term_knows_the_words_that_it_is_of(text: str, pieces: int) -> None:
    how = Reading(200, pairs=True, pieces=pieces)
    terms, words = how.terms(text), words_of(text)
    places = how.places(words)
    assert len(places) == len(terms)
    for term, place in zip(terms, places, strict=True):
        whole = " ".join(words[one] for one in place)
        assert term == whole or term.removeprefix("~").strip("<>") in whole


def test_words_that_resemble_each_other_share_pieces_and_letters_of_chinese_stay_whole() -> None:
    how = Reading(200, pairs=True, pieces=4)
    assert {"~<lov", "~love"} <= set(how.terms("love")) & set(how.terms("lovely"))
    assert how.terms("很快") == ["很", "快", "很 快"]
    assert Reading(2).terms("one two three") == ["one", "two"]


@pytest.mark.parametrize("in_files", [False, True])
def test_beyond_the_most_terms_the_rarer_half_is_forgotten(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, in_files: bool
) -> None:
    monkeypatch.setattr(reading, "MOST", 8)
    monkeypatch.setattr(reading, "BLOCK", 3)
    reader = Reader(Spill(tmp_path) if in_files else None)
    for batch in range(6):
        reader.add([["often", f"once {batch}", "and"], [], [f"twice {batch}", "often", f"twice {batch}"]])
    found = reader.corpus()
    assert found.names[:2] == ["often", "and"]
    assert len(found.names) <= 8
    read = [[found.names[one - 1] for one in found.tokens[b:e] if one] for b, e in zip(found.begins, found.begins[1:])]  # noqa: B905
    assert [sorted(set(text) & {"often", "and"}) for text in read] == [["and", "often"], [], ["often"]] * 6
    rows = np.arange(18)
    assert [found.names[one - 1] for one in learn(found, rows, 10, 6)] == ["often", "and"]
    kept = found.of(learn(found, rows, 10, 6), None)
    assert kept.names == ["often", "and"]
    assert kept.tokens.tolist() == [1, 2, 1] * 6
    assert np.diff(kept.begins).tolist() == [2, 0, 1] * 6


def test_terms_tell_by_the_ratio_of_their_chances(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Reader(None)
    reader.add([["good", "the"], ["good", "the", "the"], ["bad", "the"], ["so-so"], ["good"]])
    monkeypatch.setattr("trainer.recipes.text_classification.vocabulary.CELLS", 6)  # two terms at a time
    found = telling(reader.corpus(), np.arange(4), np.array([0, 0, 1, 2]), 3)
    counts = np.array([[2, 3, 0, 0], [0, 1, 1, 0], [0, 0, 0, 1]])  # good, the, bad, so-so; the fifth text is not asked
    others = counts.sum(0) - counts
    chance = (counts + 1) / (counts.sum(1, keepdims=True) + 5)
    assert found[1:] == pytest.approx(np.abs(np.log(chance * (others.sum(1, keepdims=True) + 5) / (others + 1))).max(0))
    assert found[0] == 0


@pytest.mark.parametrize("size", [2, 64])
def test_published_terms_answer_as_the_network_did(job: MakeSpec, size: int) -> None:
    """Of three kinds: with a number for each, and with vectors of two numbers."""
    few = reviews(90, 1)
    moods = ["none" if row % 3 == 0 else mood for row, mood in enumerate(few["mood"].to_pylist())]
    texts = [
        "Nobody said anything." if mood == "none" else text
        for mood, text in zip(moods, few["text"].to_pylist(), strict=True)
    ]
    spec = job(
        {"hidden_layers": None, "vector_size": size, "epochs": 60, "batch_size": 16}, recipe="text-classification",
        target="mood", fields=["text"], tables={"anvil": pa.table({"text": texts, "mood": moods})},
    )  # fmt: skip
    code, events = launch(spec)
    assert code == 0, events[-1]
    evaluation = json.loads(Path(spec.output, "evaluation.json").read_bytes())
    assert evaluation["overall"]["metrics"]["accuracy"]["value"] > 0.9
    predictor = Predictor(spec.output)
    said = [answer["label"] for answer in predictor.predict([{"text": text} for text in texts])]
    assert np.mean([one == mood for one, mood in zip(said, moods, strict=True)]) > 0.9


def test_models_published_before_pieces_were_read_still_open(job: MakeSpec) -> None:
    spec = job(
        {"hidden_layers": None, "pieces": 0}, recipe="text-classification", target="mood", fields=["text"],
        tables={"anvil": reviews(60, 1)},
    )  # fmt: skip
    code, events = launch(spec)
    assert code == 0, events[-1]
    rows = [{"text": text} for text in TEXTS["text"]]
    before = Predictor(spec.output).predict(rows, explain=True)
    path = Path(spec.output, "preprocessing.json")
    told = json.loads(path.read_bytes())
    del told["pieces"]
    path.write_text(json.dumps(told))
    assert Predictor(spec.output).predict(rows, explain=True) == before


@pytest.mark.parametrize("network", ["bag", "cnn"])
def test_a_stranger_gets_the_same_answer_from_the_files(job: MakeSpec, network: str) -> None:
    spec = job(
        {"hidden_layers": None, "network": network}, recipe="text-classification", target="mood", fields=["text"],
        tables={"anvil": reviews(60, 1)},
    )  # fmt: skip
    code, events = launch(spec)
    assert code == 0, events[-1]
    example = Path(spec.output, "example.py")
    asked = re.search(r'normalize\("NFKC", (.*)\)\.lower', example.read_text())
    assert asked is not None
    done = subprocess.run([sys.executable, example.name], cwd=spec.output, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (found,) = Predictor(spec.output).predict([{"text": ast.literal_eval(asked[1])}])
    assert ast.literal_eval(done.stdout) == pytest.approx(found["probabilities"], abs=1e-5)
