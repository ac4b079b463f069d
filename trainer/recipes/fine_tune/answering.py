"""A fine-tuned model that answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification

from trainer.asking import number_in, text_in
from trainer.recipes.fine_tune import base, dialogue
from trainer.seeding import derive
from trainer.serving import Row, answers

USUAL, MOST, LIKELIEST = 60, 500, 50  # tokens; and among how many each is drawn


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
