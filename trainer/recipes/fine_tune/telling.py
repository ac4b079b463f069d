"""A fine-tuned model that tells kinds apart."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import AutoModelForSequenceClassification

from trainer.asking import text_in
from trainer.recipes.fine_tune import base
from trainer.serving import Row, answers
from trainer.words import by_word

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
        """The words of each text, and what each adds to the probability of the likeliest kind, from an empty text on.

        Integrated Gradients over the tokens' vectors, 32 places on the way, by captum; of the first rows only.
        """
        return [{"tokens": self._weighed(text_in(row, self._names))} for row in rows[:EXPLAINED]]

    def _weighed(self, text: str) -> list[Row]:
        captum: Any = import_module("captum.attr")  # takes seconds, and says nothing of its types

        found = self._tokenizer(
            text, truncation=True, max_length=self._length, return_offsets_mapping=True, return_tensors="pt"
        )
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
        told = zip(found["offset_mapping"][0].tolist(), weights.double().tolist(), special, strict=True)
        kept = [((begin, end), weight) for (begin, end), weight, marks in told if not marks]
        return by_word(text, [span for span, _ in kept], [weight for _, weight in kept])
