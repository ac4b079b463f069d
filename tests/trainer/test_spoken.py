"""Which words speak to a base model that was tuned, and how it and other models of texts bear missing words."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.trainer.bases import base
from tests.trainer.conftest import MakeSpec, launch, reviews
from tests.trainer.test_evaluation_parts import evaluation_of, viewable
from trainer import catalogue
from trainer.contract import JobSpec
from trainer.data.reading import Party
from trainer.data.texts import texts_at
from trainer.evaluation import robustness as disturbed
from trainer.evaluation.spoken import attributed, by_word
from trainer.recipes.program import program_of

LEARNT = {"hidden_layers": None, "method": "full", "learning_rate": 5e-3, "epochs": 6, "length": 32}
GOOD, BAD = {"bright", "kind", "calm", "swift", "lovely"}, {"dull", "cruel", "loud", "slow"}


def tuned(job: MakeSpec, folder: Path, kind: str = "DistilBertModel", **changes: Any) -> JobSpec:
    values = {"target": "mood", "fields": ["text"], "tables": {"anvil": reviews(300, 1), "borealis": reviews(60, 2)}}
    return job(LEARNT, recipe="fine-tune", base={"path": base(kind, folder / "base")}, **values | changes)


@pytest.mark.parametrize("kind", ["DistilBertModel", "DebertaV2Model"])
def test_whole_words_that_everyone_may_read_speak_for_their_class(job: MakeSpec, tmp_path: Path, kind: str) -> None:
    found = evaluation_of(viewable(tuned(job, tmp_path, kind), "anvil"))
    terms = {item["label"]: {term["text"] for term in item["terms"]} for item in found["terms"]}
    assert GOOD & terms["good"]
    assert BAD & terms["bad"]
    assert not BAD & terms["good"]
    assert not terms["good"] & terms["bad"]
    assert all(term["weight"] > 0 for item in found["terms"] for term in item["terms"])


@pytest.mark.parametrize("change", [{}, {"masked": ("text",)}])
def test_words_that_not_everyone_may_read_are_not_told(job: MakeSpec, tmp_path: Path, change: dict[str, Any]) -> None:
    spec = tuned(job, tmp_path)
    spec = viewable(spec, "anvil").model_copy(update=change) if change else spec
    found = evaluation_of(spec)
    assert "terms" not in found
    assert found["robustness"]["missing"]  # which tells no word


def test_words_of_one_or_two_texts_are_not_told(job: MakeSpec, tmp_path: Path) -> None:
    rare = [f"{text} id{row // 8}" for row, text in enumerate(reviews(300, 1)["text"].to_pylist())]
    table = reviews(300, 1).set_column(0, "text", [rare])
    found = evaluation_of(viewable(tuned(job, tmp_path, tables={"anvil": table}), "anvil"))
    told = [term["text"] for item in found["terms"] for term in item["terms"]]
    held_out = 60
    assert told
    assert sum(word.startswith("id") for word in told) < held_out / 8


@pytest.mark.parametrize("recipe", ["fine-tune", "bag", "cnn"])
def test_a_model_of_texts_says_less_when_words_are_left_out(job: MakeSpec, tmp_path: Path, recipe: str) -> None:
    if recipe == "fine-tune":
        spec = tuned(job, tmp_path)
        spec = spec.model_copy(update={"parameters": spec.parameters | {"main_metric": "accuracy"}})
    else:
        parameters = {"network": recipe, "epochs": 8, "hidden_layers": None, "main_metric": "accuracy"}
        tables = {"anvil": reviews(300, 1)}
        spec = job(parameters, recipe="text-classification", target="mood", fields=["text"], tables=tables)
    found = evaluation_of(spec)
    robust = found["robustness"]
    assert [one["share"] for one in robust["missing"]] == [0, 0.1, 0.25, 0.5]
    values = [one["value"] for one in robust["missing"]]
    whole = found["overall"]["metrics"][found["primary_metric"]["name"]]["value"]
    assert values[0] == pytest.approx(whole, abs=1e-6)  # all held-out rows, with all of their words
    assert values[3] < values[0]
    assert robust["noise"] == []


def test_a_large_model_is_asked_about_fewer_texts(
    job: MakeSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trainer.evaluation.asked.LITTLE_WORK", 0)
    asked: list[int] = []
    own = disturbed._judged

    def noted(seen: Any, preparation: Any, texts: list[str], rows: Any) -> Any:
        asked.append(len(rows))
        return own(seen, preparation, texts, rows)

    monkeypatch.setattr(disturbed, "_judged", noted)
    spec = tuned(job, tmp_path)
    code, events = launch(spec)
    assert code == 0, events[-1]
    train = round(360 * 0.8 * 0.9)
    assert asked == [pytest.approx(0.05 * 3 * train * 6 / 4, abs=1)] * 4


def test_words_left_out_leave_the_rest_as_it_was() -> None:
    text = "The bright machine, 很好!"
    gone = np.array([False, True, False, True, False, False])
    assert disturbed._without(text, gone) == "The  machine, 好!"
    assert disturbed._without(text, np.zeros(6, bool)) == text


def test_texts_of_some_rows_are_those_of_the_files() -> None:
    tables = [reviews(300, 1), reviews(5, 2), reviews(400, 3)]
    parties = [Party("a", "A", tables[:2]), Party("b", "B", tables[2:])]
    rows = np.array([0, 255, 256, 299, 300, 304, 305, 704])
    every = [
        text for table in tables for text in zip(table["text"].to_pylist(), table["mood"].to_pylist(), strict=True)
    ]
    assert texts_at(parties, ["text", "mood"], rows) == [every[row] for row in rows]


def test_tokens_become_whole_words() -> None:
    text = "Unkindness, 很好 unkindness."
    spans = [(0, 0), (0, 2), (2, 6), (6, 10), (10, 11), (11, 14), (15, 25), (25, 26), (0, 0)]
    weights = [9.0, 0.1, 0.2, 0.3, 5.0, 0.6, 1.0, 7.0, 9.0]
    found = by_word(text, spans, weights)
    assert found == pytest.approx({"unkindness": 1.6, "很": 0.3, "好": 0.3})
    assert by_word("", [(0, 0)], [1.0]) == {}


def test_attributions_add_up_to_what_the_text_brings(job: MakeSpec, tmp_path: Path) -> None:
    """Completeness (Sundararajan et al., section 3): their sum is the answer less that to a text that says nothing."""
    spec = catalogue.checked(tuned(job, tmp_path, "DebertaV2Model"))
    parameters = catalogue.recipe(spec.recipe).check(spec.parameters)
    source: Any = program_of(spec.recipe).read(spec, parameters, lambda _: None)
    preparation: Any = source.prepare(np.arange(100))
    network = preparation.network(2, torch.device("cpu"))
    texts = preparation.texts(np.array([3, 7, 11]))
    assert all(re.search("machine", text) for text in texts)
    inputs, spans = preparation.of_texts(texts, torch.device("cpu")), preparation.spans(texts)
    each, classes = attributed(network, inputs, spans)
    with torch.no_grad():
        frame = torch.tensor([[begin == end for begin, end in own] for own in spans])
        empty = torch.where(frame, inputs[0], network.module.config.pad_token_id), inputs[1]
        whole, nothing = (network(one).double() for one in (inputs, empty))
    picked = torch.arange(3), torch.tensor(classes)
    brought = (whole[picked] - whole.mean(1)) - (nothing[picked] - nothing.mean(1))
    assert np.array(each).sum(1) == pytest.approx(brought.numpy(), abs=1e-4)
