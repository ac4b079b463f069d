"""Why a search found a passage: words of it and of the question, with weights that add up to their likeness."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import torch

from tests.trainer.conftest import MakeSpec, launch
from tests.trainer.test_retrieval import SUBJECTS, questions, search
from trainer.predict import Predictor
from trainer.recipes.retrieval_qa.reasons import Read, read, why

__all__ = ["search"]  # the fixture


class Slow:
    """A tokenizer that does not know where in a text its tokens stand."""

    is_fast = False

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer

    def __call__(self, text: Any, *, return_offsets_mapping: bool = False, **options: Any) -> Any:
        if return_offsets_mapping:
            raise ValueError("only fast tokenizers know offsets")
        return self._tokenizer(text, **options)


def test_it_is_told_which_words_of_a_passage_made_it_like_the_question(search: MakeSpec) -> None:
    spec = search({"refused": 0.0, "epochs": 12})
    assert launch(spec)[0] == 0
    model = Predictor(spec.output)
    asked = {"text": "The swift machine was 7 !"}
    (said,) = model.predict([asked], explain=True)
    assert said["reasons"]["sources"][0]["read"] == len(said["sources"][0]["text"])
    for one, told in zip(said["sources"], said["reasons"]["sources"], strict=True):
        assert "".join(word["text"] for word in told["tokens"]) == "".join(one["text"].split())
    heaviest = {
        max(words, key=lambda word: word["weight"])["text"].lower().strip(":")
        for words in (said["reasons"]["tokens"], said["reasons"]["sources"][0]["tokens"])
    }
    assert heaviest == {"swift"}
    slow = Predictor(spec.output)
    slow.model._tokenizer = Slow(slow.model._tokenizer)  # type: ignore[attr-defined]  # parts of the searcher
    assert slow.predict([asked], explain=True) == model.predict([asked])
    told = json.loads(Path(spec.output, "preprocessing.json").read_bytes())
    Path(spec.output, "preprocessing.json").write_text(json.dumps(told | {"refused_below": 1.01}))
    assert "reasons" not in Predictor(spec.output).predict([asked], explain=True)[0]


def test_the_weights_of_a_text_add_up_to_what_makes_it_near() -> None:
    random = torch.Generator().manual_seed(1)
    asked, first, second = (
        Read("a b c", [(0, 1), (2, 3), (4, 5)], own / own.mean(0).norm())
        for own in torch.randn(3, 3, 5, generator=random)
    )
    usual = torch.stack([one.vectors.mean(0) for one in (first, second)]).mean(0)
    found = why(asked, [first, second], usual)
    near = [float(asked.vectors.mean(0) @ one.vectors.mean(0)) for one in (first, second)]
    for score, one in zip(near, found["sources"], strict=True):
        assert sum(word["weight"] for word in one["tokens"]) == pytest.approx(score - sum(near) / 2, abs=1e-6)
    assert sum(word["weight"] for word in found["tokens"]) == pytest.approx(near[0] - sum(near) / 2, abs=1e-6)


def turned(rows: int, seed: int) -> pa.Table:
    """Questions of one subject whose answers speak of the next one: who has learnt nothing of it finds them seldom."""
    content = questions(rows, seed)
    after = dict(zip(SUBJECTS, [*SUBJECTS[1:], SUBJECTS[0]], strict=True))
    passages = [text.partition(":")[0].lower() for text in content["passage"].to_pylist()]
    told = [f"{after[word].title()}: was very {after[word]} , {after[word]} ." for word in passages]
    return content.set_column(1, "passage", [told])


def test_questions_whose_passage_is_far_from_being_found_are_shown(search: MakeSpec) -> None:
    tables = {"anvil": turned(80, 1), "borealis": turned(60, 2)}
    spec = search({"epochs": 1, "learning_rate": 1e-9}, tables=tables)
    assert launch(spec)[0] == 0
    found = json.loads(Path(spec.output, "evaluation.json").read_bytes())
    places = [one["place"] for one in found["missed"]]
    assert places == sorted(places, reverse=True)
    assert all(5 < place <= 8 for place in places)
    for one in found["missed"]:
        assert one["expected"].lower() not in one["asked"]
        assert one["expected"] not in {hit["title"] for hit in one["found"]}
    hidden = spec.model_copy(
        update={"inputs": tuple(one.model_copy(update={"viewable": False}) for one in spec.inputs)}
    )
    assert launch(hidden)[0] == 0
    assert "missed" not in json.loads(Path(spec.output, "evaluation.json").read_bytes())


def test_of_a_long_passage_only_what_was_read_is_weighed(search: MakeSpec) -> None:
    spec = search({"epochs": 1, "length": 8})
    assert launch(spec)[0] == 0
    served = Predictor(spec.output).model
    text = "bright swift calm " * 20
    with torch.no_grad():
        found = read(served._model, served._tokenizer, text, 8)  # type: ignore[attr-defined]  # parts of the searcher
    assert float(found.vectors.mean(0).norm()) == pytest.approx(1, rel=1e-5)
    assert 0 < found.end < 8 * len("bright ")
    words = found.words(torch.ones(len(found.spans)))
    assert "".join(word["text"] for word in words) == "".join(text[: found.end].split())
