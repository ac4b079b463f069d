"""A model that writes says which words of the question spoke for its answer."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tests.trainer.conftest import MakeSpec, launch, reviews
from trainer.predict import Predictor
from trainer.recipes.fine_tune.answering import Answering
from trainer.recipes.language_model.writing import Writer
from trainer.serving import Row
from trainer.words import LOOKED_AT, by_word

ASKED = {"text": "The bright machine was 明亮", "length": 4, "temperature": 0}
WORDS = ["The", "bright", "machine", "was", "明", "亮"]


def test_tokens_become_words() -> None:
    text = "so dull, 很慢"
    spans = [(0, 2), (2, 5), (5, 7), (7, 8), (8, 9), (9, 10), (9, 10), (10, 11)]  # a space apart, a letter in two
    found = by_word(text, spans, [1.0, 2.0, 3.0, 4.0, 50.0, 5.0, 6.0, 7.0])
    assert [(one["text"], one["weight"]) for one in found] == [("so", 1.0), ("dull,", 9.0), ("很", 11.0), ("慢", 7.0)]
    assert by_word("", [], []) == []
    assert by_word(" ", [(0, 1)], [1.0]) == []


def weights_of(predictor: Predictor, row: Row) -> tuple[list[str], float]:
    """The words, and what they weigh together."""
    (found,) = predictor.predict([row], explain=True)
    tokens = found["reasons"]["tokens"]
    return [token["text"] for token in tokens], sum(token["weight"] for token in tokens)


def likely(logits: torch.Tensor, answer: torch.Tensor) -> float:
    """The mean log-probability of an answer at the end of what was read."""
    told = logits[0, -len(answer) - 1 : -1].log_softmax(1)
    return float(told.gather(1, answer[:, None]).mean())


@torch.no_grad()
def test_words_add_up_from_a_text_that_says_nothing(small_base: str) -> None:
    predictor = Predictor(small_base)
    row = ASKED | {"text": "The bright 明亮"}
    words, weight = weights_of(predictor, row)
    assert words == ["The", "bright", "明", "亮"]
    model = predictor.model
    assert isinstance(model, Writer)
    given, end = model._given(row), model._end
    answer = torch.tensor(model._last[1][0][: min(LOOKED_AT, model._context // 2)])
    seen = torch.tensor(given[-(model._context + 1 - len(answer)) :])
    before, empty = (torch.cat([part, answer])[None] for part in (seen, torch.full_like(seen, end)))
    difference = likely(model._module(before), answer) - likely(model._module(empty), answer)
    assert weight == pytest.approx(difference, abs=1e-3)


def tuned(job: MakeSpec, small_base: str) -> Predictor:
    spec = job(
        {"hidden_layers": None, "length": 48, "written_samples": 0, "epochs": 1}, recipe="fine-tune", target="answer",
        fields=["text"], base={"path": small_base}, tables={"anvil": reviews(60, 1)},
        output=str(Path(small_base).parent / "tuned"),
    )  # fmt: skip
    code, events = launch(spec)
    assert code == 0, events[-1]
    return Predictor(spec.output)


def test_words_of_a_question_add_up_too(job: MakeSpec, small_base: str) -> None:
    predictor = tuned(job, small_base)
    words, weight = weights_of(predictor, ASKED)
    assert words == WORDS
    model = predictor.model
    assert isinstance(model, Answering)
    answer = torch.tensor(model._last[1][0])
    asked = torch.tensor(model._tokenizer(ASKED["text"] + "\n", add_special_tokens=False).input_ids)
    empty = asked.clone()
    empty[:-1] = model._tokenizer.pad_token_id  # the last token ends the line
    with_words, without = (model._model(torch.cat([part, answer])[None]).logits for part in (asked, empty))
    assert weight == pytest.approx(likely(with_words, answer) - likely(without, answer), abs=1e-3)


def test_only_the_first_rows_are_explained(job: MakeSpec, small_base: str) -> None:
    predictor = tuned(job, small_base)
    found = predictor.predict([ASKED] * 4, explain=True)
    assert ["reasons" in answer for answer in found] == [True, True, False, False]
    assert "reasons" not in predictor.predict([ASKED])[0]
