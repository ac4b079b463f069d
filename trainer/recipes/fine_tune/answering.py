"""A fine-tuned model that answers."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification

from trainer.asking import number_in, text_in
from trainer.recipes.fine_tune import base, dialogue
from trainer.seeding import derive
from trainer.serving import Row, answers

USUAL, MOST, LIKELIEST = 60, 500, 50  # tokens; and among how many each is drawn
EXPLAINED, STEPS, AT_ONCE = 8, 32, 8  # rows of a request; places on the way, and how many of them at a time


class Telling:
    """Texts in, kinds with their probabilities out."""

    def __init__(self, folder: Path, config: Row, preprocessing: Row) -> None:
        self._config, self._length = config, preprocessing["length"]
        self._names = [field["name"] for field in preprocessing["fields"]]
        self._tokenizer = base.tokenizer_in(folder)
        model: Any = AutoModelForSequenceClassification.from_pretrained(folder, dtype=torch.float32)
        self._model = model.eval()

    def predict(self, rows: list[Row]) -> list[Row]:
        texts = [text_in(row, self._names) for row in rows]
        found = self._tokenizer(texts, truncation=True, max_length=self._length, padding=True, return_tensors="pt")
        return answers(self._config, self._model(**found).logits)

    def explain(self, rows: list[Row]) -> list[Any]:
        """The tokens of each text, and what each adds to the probability of the likeliest kind, from an empty text on.

        Integrated Gradients over the tokens' vectors, 32 places on the way, by captum; of the first rows only.
        """
        explained = [{"tokens": self._weighed(text_in(row, self._names))} for row in rows[:EXPLAINED]]
        return [*explained, *[None] * (len(rows) - len(explained))]

    def _weighed(self, text: str) -> list[Row]:
        captum: Any = import_module("captum.attr")  # takes seconds, and says nothing of its types

        found = self._tokenizer(text, truncation=True, max_length=self._length, return_tensors="pt")
        tokens, mask = found["input_ids"], found["attention_mask"]
        special = self._tokenizer.get_special_tokens_mask(tokens[0].tolist(), already_has_special_tokens=True)
        hidden = torch.tensor([special]).bool()
        best = int(self._model(input_ids=tokens, attention_mask=mask).logits.argmax())

        def likely(at: Tensor) -> Tensor:
            logits: Tensor = self._model(input_ids=at, attention_mask=mask.expand(len(at), -1)).logits
            return logits.softmax(1)[:, best]

        with torch.enable_grad():
            asked = captum.LayerIntegratedGradients(likely, self._model.get_input_embeddings())
            empty = torch.where(hidden, tokens, self._tokenizer.pad_token_id)
            weights = asked.attribute(tokens, empty, n_steps=STEPS, internal_batch_size=AT_ONCE).sum(2)[0]
        pieces = [self._tokenizer.decode([token]) for token in tokens[0].tolist()]
        told = zip(pieces, weights.double().tolist(), special, strict=True)
        return [{"text": piece, "weight": weight} for piece, weight, marks in told if not marks]


class Answering:
    """`{"text", "length", "temperature", "seed"}` in, `{"text"}` out."""

    def __init__(self, folder: Path, config: Row, preprocessing: Row) -> None:
        self._tokenizer = base.tokenizer_in(folder)
        self._names = [field["name"] for field in preprocessing["fields"]]
        model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
        self._model = model.eval()

    def predict(self, rows: list[Row]) -> list[Row]:
        return [{"text": self._answered(row)} for row in rows]

    def _answered(self, row: Row) -> str:
        asked = dialogue.prompt_of(self._tokenizer, text_in(row, self._names)) or [self._tokenizer.eos_token_id]
        temperature = number_in(row, "temperature", 0.0, 0.0, 5.0)
        torch.manual_seed(derive(int(number_in(row, "seed", 0, 0, 2**53)), "writing"))
        drawn = {"temperature": temperature, "top_k": LIKELIEST} if temperature else {}
        written = self._model.generate(
            torch.tensor([asked]),
            attention_mask=torch.ones(1, len(asked), dtype=torch.long),
            max_new_tokens=int(number_in(row, "length", USUAL, 1, MOST)),
            pad_token_id=self._tokenizer.pad_token_id,
            do_sample=bool(temperature),
            **drawn,
        )
        text: str = self._tokenizer.decode(written[0, len(asked) :], skip_special_tokens=True)
        return text.strip()
