"""Base models answer before any job went on from them: encoders compare texts, writers write."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModel, AutoModelForCausalLM, AutoTokenizer

from tests.trainer.bases import PLACES, base
from trainer.failures import TrainingError
from trainer.predict import Predictor, answer

ALIKE = ("The machine was bright", "The machine was dull", "swift")


def asked(texts: tuple[str, ...]) -> list[dict[str, Any]]:
    return [{"text": text} for text in texts]


@pytest.mark.parametrize("kind", ["DistilBertModel", "DebertaV2Model"])
def test_an_encoder_tells_the_cosines_of_mean_vectors(kind: str, tmp_path: Path) -> None:
    folder = base(kind, tmp_path)
    found = torch.tensor([one["likeness"] for one in Predictor(folder).predict(asked(ALIKE))], dtype=torch.float64)
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
    with torch.no_grad():
        means = [model(**tokenizer(text, return_tensors="pt")).last_hidden_state[0].mean(0) for text in ALIKE]
    wanted = torch.nn.functional.cosine_similarity(torch.stack(means)[:, None], torch.stack(means)[None], dim=2)
    torch.testing.assert_close(found, wanted.double(), atol=1e-6, rtol=0)


@pytest.mark.parametrize(
    ("texts", "sentence"),
    [
        (("bright",), "Between %(least)s and %(most)s texts"),
        (("bright",) * 21, "Between %(least)s and %(most)s texts"),
        (("bright", "  "), "A text is given as"),
        (("bright", "qqq zzz"), "knows none of the words"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_a_sentence(
    texts: tuple[str, ...], sentence: str, tmp_path: Path
) -> None:
    predictor = Predictor(base("DistilBertModel", tmp_path))
    said = answer(predictor, json.dumps({"rows": asked(texts)}))
    assert sentence in said["error"]["text"]
    assert "predictions" in answer(predictor, json.dumps({"rows": asked(ALIKE)}))


def test_of_a_longer_text_than_the_model_takes_in_the_reader_is_told(tmp_path: Path) -> None:
    predictor = Predictor(base("DistilBertModel", tmp_path))
    found = predictor.predict(asked(("bright " * 100, "bright")))
    assert found[0]["warnings"][0]["params"] == {"most": PLACES, "tokens": 102}
    assert "warnings" not in found[1]


def test_a_writer_without_a_form_of_conversation_goes_on_with_the_text_as_it_is(tmp_path: Path) -> None:
    folder = base("GPT2LMHeadModel", tmp_path)
    asked_for = {"text": "The machine was", "length": 6, "temperature": 0}
    (found,) = Predictor(folder).predict([asked_for])
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModelForCausalLM.from_pretrained(folder).eval()
    question = tokenizer("The machine was", return_tensors="pt")
    written = model.generate(**question, max_new_tokens=6, do_sample=False, pad_token_id=0)
    assert found == {"text": tokenizer.decode(written[0, 3:], skip_special_tokens=True).strip()}


def test_a_writer_answers_in_its_form_of_conversation_and_says_why(tmp_path: Path) -> None:
    folder = base("OPTForCausalLM", tmp_path)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.chat_template = "calm {{ messages[0]['content'] }} loud"
    tokenizer.save_pretrained(folder)
    predictor = Predictor(folder)
    question = {"text": "The machine was", "length": 6, "temperature": 0}
    (found,) = predictor.predict([question], explain=True)
    model = AutoModelForCausalLM.from_pretrained(folder).eval()
    whole = tokenizer("calm The machine was loud", return_tensors="pt")
    written = model.generate(**whole, max_new_tokens=6, do_sample=False, pad_token_id=0)
    assert found["text"] == tokenizer.decode(written[0, 5:], skip_special_tokens=True).strip()
    assert [one["text"] for one in found["reasons"]["tokens"]] == ["The", "machine", "was"]


def test_half_a_base_model_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"architectures": ["BertModel"], "model_type": "bert"}')
    with pytest.raises(TrainingError, match="cannot be read"):
        Predictor(tmp_path)
